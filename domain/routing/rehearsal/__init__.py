"""A day played through in simulated time."""

from domain.routing.rehearsal import being, wishes
from domain.routing.rehearsal.floor import Floor, No
from domain.routing.rehearsal.hours import Hours
from domain.routing.rehearsal.people import Case, Fact, Line, Person
from domain.routing.rehearsal.playing import START, Happening, play

__all__ = [
    "START",
    "Case",
    "Fact",
    "Floor",
    "Happening",
    "Hours",
    "Line",
    "No",
    "Person",
    "being",
    "play",
    "wishes",
]
