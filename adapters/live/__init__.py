"""The way of changes to those who look at them: through Redis, and what is found in PostgreSQL without it."""

from adapters.live.publishing import Publisher
from adapters.live.rows import VIEWS, ChangedRows, Standing
from adapters.live.wire import RedisWire

__all__ = ["VIEWS", "ChangedRows", "Publisher", "RedisWire", "Standing"]
