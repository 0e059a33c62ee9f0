"""Secrets that callers show: how they look, and what is kept of them. Pure.

A secret is 256 random bits, so its SHA-256 can be kept as it is: there is nothing to guess.
"""

import hashlib
import re
import secrets
from enum import StrEnum


class Kind(StrEnum):
    """What a secret opens: the prefix tells, so that a scanner recognises a leaked one."""

    KEY = "gsw_"
    SESSION = "gss_"


_FORM = re.compile(r"(gsw_|gss_)[A-Za-z0-9_-]{43}")
_HINT = 10


def new_secret(kind: Kind) -> str:
    """A new secret of `kind`."""
    return kind + secrets.token_urlsafe(32)


def kind_of(secret: str) -> Kind | None:
    """The kind of a secret, or None where it cannot be one."""
    found = _FORM.fullmatch(secret)
    return Kind(found.group(1)) if found else None


def digest(secret: str) -> bytes:
    """What is kept of a secret: its SHA-256, 32 bytes."""
    return hashlib.sha256(secret.encode()).digest()


def hint(secret: str) -> str:
    """The first characters, by which people tell keys apart."""
    return secret[:_HINT]
