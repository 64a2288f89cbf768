"""When a template says no."""

from __future__ import annotations

from domain.grammar import Refused


class UnknownTemplate(Refused):
    """The provider has told us of no such template on this number."""


class TemplateNotApproved(Refused):
    """Only what the provider approved may leave. `status` says how it stands."""


class TemplatePaused(Refused):
    """The provider paused it for its quality."""


class WrongCategory(Refused):
    """An agent's message is a utility; offers are for campaigns, codes for signing in. `category` says which
    it is."""


class MissingVariables(Refused):
    """A template leaves with exactly the words it asks for. `part` says where, `expected` and `given` how
    many."""


class VariableTooLong(Refused):
    """With these words the text is longer than WhatsApp takes. `part`, `limit` and `length` say how."""


class LengthExceeded(Refused):
    """A part of a template is longer than WhatsApp shows. `part`, `limit` and `length` say how."""


class NeedsOptIn(Refused):
    """Who starts needs the customer's consent on record, or an open request of theirs."""
