"""What a person may see, as it changes: one stream of server-sent events per browser.

A stream resumes from *positions* (how far the views had come), not from a queue: whatever process takes it up
again reads from the views what changed since. Redis only says sooner what changed.
"""

from api.live.hub import Hub
from api.live.stream import Stream

__all__ = ["Hub", "Stream"]
