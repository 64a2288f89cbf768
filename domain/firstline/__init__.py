"""What a customer wants, read from their own words before any person or any model looks at them."""

from domain.firstline.settings import FirstLineSettings, Route
from domain.firstline.understanding import Heard, Subject, Understanding, first_name, understand

__all__ = [
    "FirstLineSettings",
    "Heard",
    "Route",
    "Subject",
    "Understanding",
    "first_name",
    "understand",
]
