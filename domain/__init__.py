"""What is true. Pure facts, decisions and memory; imports the standard library and nothing else."""
