"""What a customer wants, read from their own words before any person or any model looks at them."""

from domain.firstline.settings import FirstLineSettings, Keyword, Route
from domain.firstline.timing import Due, Standing, due
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
    "Due",
    "FirstLineSettings",
    "Heard",
    "Keyword",
    "Route",
    "Standing",
    "Subject",
    "Understanding",
    "due",
    "first_name",
    "understand",
]
