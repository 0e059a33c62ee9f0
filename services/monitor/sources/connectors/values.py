"""Reading values out of what strangers send: of the kind that was meant, or None. Pure."""

import json
import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from email.utils import parsedate_to_datetime
from typing import Any

_DIGITS = re.compile(r"[0-9]{1,30}")
_NUMBER = re.compile(r"[0-9]{1,18}(\.[0-9]{1,9})?")
_LONGEST_TIME = 64
# Numbers of seconds since the epoch up to the year 5138; beyond they count thousandths, and beyond
# 10^14 millionths. No time of a post since 1990 is read in two ways.
_SECONDS_BELOW = 1e11
_MILLISECONDS_BELOW = 1e14
_MOST_COUNTED = 10**12


class NoJsonError(ValueError):
    """This is no JSON document; the message says why."""


def read_json(body: bytes) -> Any:
    """The document in `body`.

    Raises:
        NoJsonError: it is none, holds NaN or Infinity, or is nested too deeply.
    """
    try:
        return json.loads(body, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        if body.lstrip()[:1] == b"<":
            raise NoJsonError("The site answered with a page (HTML) instead of JSON.") from error
        raise NoJsonError("The site answered with what is no JSON.") from error


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def at(document: Any, *path: str | int) -> Any:
    """What lies at `path` (names in objects, places in lists), or None."""
    for step in path:
        if isinstance(step, str) and isinstance(document, Mapping):
            document = document.get(step)
        elif isinstance(step, int) and isinstance(document, list):
            document = document[step] if -len(document) <= step < len(document) else None
        else:
            return None
    return document


def objects(value: Any) -> list[dict[str, Any]]:
    """The objects in a list; empty for anything else."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def as_text(value: Any) -> str | None:
    """A text, or an id that is a number on one page and a text on the next; None if it is empty.

    What PostgreSQL cannot keep (NUL, half of a surrogate pair) becomes U+FFFD.
    """
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    text = str(value) if isinstance(value, str) or abs(value) < 10**30 else ""
    if not text.isascii():
        text = text.encode("utf-8", "replace").decode()
    return text.replace("\x00", "\ufffd").strip() or None


def as_number(value: Any) -> int | None:
    """A number from 0 on, also where it is written as text; None if it is none."""
    if isinstance(value, str) and _DIGITS.fullmatch(value):
        value = int(value)
    if isinstance(value, float) and math.isfinite(value):
        value = int(value)
    whole = isinstance(value, int) and not isinstance(value, bool)
    return value if whole and value >= 0 else None


def as_count(value: Any) -> int | None:
    """A count of something, as far as it can be kept; None if it is none."""
    number = as_number(value)
    return None if number is None else min(number, _MOST_COUNTED)


def as_moment(value: Any, *, form: str | None = None, zone: tzinfo = UTC) -> datetime | None:
    """A time, in UTC: RFC 3339, an e-mail's date, or a number since the epoch (by its size in
    seconds, milliseconds or microseconds); with `form`, as `datetime.strptime` reads it.

    `zone` is that of times that name none.
    """
    if isinstance(value, bool):
        return None
    try:
        if isinstance(value, int | float):
            return _from_number(float(value))
        if not isinstance(value, str) or not 0 < len(value) <= _LONGEST_TIME:
            return None
        if form is not None:
            read = datetime.strptime(value.strip(), form)  # noqa: DTZ007 the zone follows
        elif _NUMBER.fullmatch(value.strip()):
            return _from_number(float(value))
        else:
            read = _from_words(value.strip())
        aware = read if read.tzinfo else read.replace(tzinfo=zone)
        return aware.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _from_number(value: float) -> datetime:
    if not math.isfinite(value):
        raise ValueError("no time")
    if abs(value) >= _MILLISECONDS_BELOW:
        value /= 1_000_000
    elif abs(value) >= _SECONDS_BELOW:
        value /= 1_000
    return datetime.fromtimestamp(value, UTC)


def _from_words(value: str) -> datetime:
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return parsedate_to_datetime(value)
