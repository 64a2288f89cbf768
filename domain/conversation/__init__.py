"""A conversation: everything said between one customer and one number of ours."""

from domain.conversation.events import *  # noqa: F403  the noun is the namespace
from domain.conversation.memory import CONVERSATION as CONVERSATION
from domain.conversation.sending import request_send as request_send
from domain.conversation.serving import enter_waiting as enter_waiting
from domain.conversation.state import *  # noqa: F403
