"""What someone wants: commands, their handlers, and what follows by itself."""
