"""A conversation: everything said between one customer and one number of ours."""

from domain.conversation.events import *  # noqa: F403  the noun is the namespace
