"""From the bytes of a body to what they spell: JSON or form fields, or a sentence saying why not."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote_to_bytes

_LONGEST_INTEGER = 40  # digits; a longer one is no number anybody counts with, and is kept as its digits


class NotReadable(Exception):
    """The bytes are not what they say they are; the message is a sentence without any of their content."""


def json_value(body: bytes) -> Any:
    """The JSON value of a body. Raises NotReadable, and nothing else, for any bytes.

    A byte order mark is skipped, the last of two equal names counts, NaN and the infinities, which JSON does
    not have, are read as null, and control characters inside a text do not make it unreadable.
    """
    try:
        return json.loads(
            body.decode("utf-8-sig", "surrogatepass"),
            parse_constant=_no_number,
            parse_int=_integer,
            strict=False,
        )
    except UnicodeDecodeError:
        raise NotReadable("The body is not UTF-8.") from None
    except RecursionError:
        raise NotReadable("The body is nested too deeply.") from None
    except ValueError:
        raise NotReadable("The body is not JSON.") from None


def form_fields(body: bytes) -> dict[str, str]:
    """The fields of an urlencoded form; of two equal names the last counts. Reads any bytes."""
    pairs = (pair.partition(b"=") for pair in body.split(b"&") if pair)
    return {_unquoted(name): _unquoted(value) for name, _, value in pairs}


def _unquoted(text: bytes) -> str:
    decoded = unquote_to_bytes(text.replace(b"+", b" "))
    try:
        return decoded.decode("utf-8", "surrogatepass")  # lone surrogates are removed with the other text
    except UnicodeDecodeError:
        return decoded.decode("utf-8", "replace")


def _no_number(_: str) -> None:
    return None


def _integer(digits: str) -> int | str:
    return int(digits) if len(digits) <= _LONGEST_INTEGER else digits
