"""Agents that work by themselves, over HTTP and nothing else, so that a demonstration moves."""
