"""How Atende speaks Portuguese: the one catalogue of what customers and agents read from the backend.

Nothing outside this package holds a sentence that a person reads. `say` fills a text with its variables,
`refusal` explains a rule of the domain, `moments` spells dates and times in the deployment's zone.
"""

from domain.copy.catalogue import TEXTS, Part, Reader, Text, say
from domain.copy.moments import ago, at_clock_time, calendar_date, clock_time, named_moment, recent_moment
from domain.copy.refusals import REFUSALS, refusal

__all__ = [
    "REFUSALS",
    "TEXTS",
    "Part",
    "Reader",
    "Text",
    "ago",
    "at_clock_time",
    "calendar_date",
    "clock_time",
    "named_moment",
    "recent_moment",
    "refusal",
    "say",
]
