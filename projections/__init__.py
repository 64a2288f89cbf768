"""What is known: one question, one row, one fold per module."""
