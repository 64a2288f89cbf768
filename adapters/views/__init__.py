"""What is known, kept in PostgreSQL: rows and bookmark move together, and any table can be built anew."""

from adapters.views.ground import connect, ensure, retire
from adapters.views.view import ProjectionStopped, View

__all__ = ["ProjectionStopped", "View", "connect", "ensure", "retire"]
