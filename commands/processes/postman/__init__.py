"""The postman: takes what may leave to WhatsApp, in order per customer, and reports what came of it."""

from commands.processes.postman.reports import NAME
from commands.processes.postman.rounds import Post, Postman

__all__ = ["NAME", "Post", "Postman"]
