"""One value, one byte sequence: canonical JSON (RFC 8785), without fractions.

Fractions are written as strings before they are filed. RFC 8785 writes them as ECMAScript does, and
an auditor's program in another language would have to get that right to the last digit; a string is
the same everywhere. This file travels inside every bundle (Python 3.8, standard library only).
"""

from __future__ import annotations

import json
from typing import Any

# The integers that every JSON reader keeps exact (RFC 8785, 3.2.2.3; IEEE 754 double).
LARGEST_INTEGER = 2**53 - 1
# Records are events: a few levels. The limit keeps recursion bounded on forged ones.
DEEPEST = 100


class NotCanonical(ValueError):
    """The value has no canonical form: a fraction, a huge integer, broken text, nested too deep."""


def canonical(value: Any) -> bytes:
    """Write `value` (None, bool, int, str, list, dict with string keys) as canonical JSON, UTF-8.

    Raises:
        NotCanonical: the value holds anything else.
    """
    try:
        text = json.dumps(_ordered(value, 0), ensure_ascii=False, separators=(",", ":"))
        return text.encode()
    except UnicodeEncodeError as error:
        raise NotCanonical("text with half a surrogate pair") from error


def parse_canonical(line: bytes) -> Any:
    """Read canonical JSON; any other spelling of the same value is refused.

    So there is one reading only: no key twice, no byte that could be changed unseen.

    Raises:
        NotCanonical: it is no JSON, or another spelling.
    """
    try:
        # Twenty digits are beyond LARGEST_INTEGER already; a million would take minutes to read.
        value = json.loads(line, parse_int=lambda digits: int(digits[:20]))
    except (ValueError, RecursionError):
        raise NotCanonical("no JSON") from None
    if canonical(value) != line:
        raise NotCanonical("not in canonical form")
    return value


def _ordered(value: Any, depth: int) -> Any:
    if depth > DEEPEST:
        raise NotCanonical(f"nested deeper than {DEEPEST} levels")
    if isinstance(value, dict):
        if not all(isinstance(key, str) for key in value):
            raise NotCanonical("a key that is no text")
        # RFC 8785, 3.2.3: by UTF-16 code units, which differs from code points beyond U+FFFF.
        keys = sorted(value, key=lambda key: key.encode("utf-16-be", "surrogatepass"))
        return {key: _ordered(value[key], depth + 1) for key in keys}
    if isinstance(value, (list, tuple)):
        return [_ordered(item, depth + 1) for item in value]
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, int) and abs(value) <= LARGEST_INTEGER:
        return value
    raise NotCanonical(f"a {type(value).__name__} that must be written as a string")
