"""Given who is free, who should get this? No stream: pure functions over what others know."""

from domain.routing.choosing import barred, barrier
from domain.routing.matching import match, next_for, passed_over
from domain.routing.words import (
    Barrier,
    Chosen,
    Give,
    Outcome,
    QueueNow,
    RoundOver,
    Waiting,
    Weighed,
    Why,
    Worker,
)

__all__ = [
    "Barrier",
    "Chosen",
    "Give",
    "Outcome",
    "QueueNow",
    "RoundOver",
    "Waiting",
    "Weighed",
    "Why",
    "Worker",
    "barred",
    "barrier",
    "match",
    "next_for",
    "passed_over",
]
