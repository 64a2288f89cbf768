"""What a customer wants, read from their own words before any person or any model looks at them."""

from domain.firstline.settings import FirstLineSettings, Keyword, Route
from domain.firstline.understanding import (
    MENU,
    Heard,
    Subject,
    Understanding,
    first_name,
    understand,
)

__all__ = [
    "MENU",
    "FirstLineSettings",
    "Heard",
    "Keyword",
    "Route",
    "Subject",
    "Understanding",
    "first_name",
    "understand",
]
