"""Customers who behave like an internet provider's: who they are, what they do, and how they go about it."""
