"""Secrets at rest: what people entrust to the database is sealed with keys that it does not know.

A key is any text of at least 24 random characters; each purpose has a key of its own, derived from
it (HKDF-SHA256, RFC 5869), so that what was sealed for one thing opens nowhere else. Sealed is by
Fernet: AES-128-CBC with HMAC-SHA256.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from functools import cache
from typing import Self

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from shared.errors import ConfigurationError, Conflict
from shared.settings import Settings

_SHORTEST = 24


class SealBroken(Exception):
    """What was sealed does not open: the key was lost, or somebody wrote something else there."""


class Sealer:
    """Seals and opens. The first key seals; all of them open, so that keys can be replaced."""

    def __init__(self, keys: Sequence[str]) -> None:
        if not keys:
            raise ValueError("a sealer needs a key")
        self._keys = tuple(keys)

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The sealer of a process.

        Raises:
            ConfigurationError: a key is too short. Conflict: there is none.
        """
        given = settings.sealing_keys
        keys = [key.strip() for key in given.get_secret_value().split(",")] if given else []
        if any(len(key) < _SHORTEST for key in keys):
            raise ConfigurationError(
                f"GROUNDSWELL_SEALING_KEYS does not fit: a key has at least {_SHORTEST} random "
                "characters, and commas stand between keys."
            )
        if not keys:
            raise Conflict(
                "There is no key to keep this secret under. Set GROUNDSWELL_SEALING_KEYS for the "
                "monitor's API and worker, and restart both."
            )
        return cls(keys)

    def seal(self, secret: str, purpose: str) -> str:
        """A secret as it may be stored, ASCII; it opens for the same purpose only."""
        return _fernet(self._keys, purpose).encrypt(secret.encode()).decode("ascii")

    def sign(self, message: bytes, purpose: str) -> bytes:
        """16 bytes that only the holder of the key can make of a message (HMAC-SHA256)."""
        return _signature(self._keys[0], message, purpose)

    def signed(self, message: bytes, signature: bytes, purpose: str) -> bool:
        """Whether one of the keys made the signature."""
        return any(
            hmac.compare_digest(_signature(key, message, purpose), signature) for key in self._keys
        )

    def open(self, sealed: str, purpose: str) -> str:
        """The secret.

        Raises:
            SealBroken: none of the keys opens it.
        """
        try:
            return _fernet(self._keys, purpose).decrypt(sealed).decode()
        except InvalidToken as error:
            raise SealBroken(
                "A stored secret does not open with GROUNDSWELL_SEALING_KEYS. Add the key that it "
                "was sealed with, or enter the secret anew."
            ) from error


@cache
def _fernet(keys: tuple[str, ...], purpose: str) -> MultiFernet:
    return MultiFernet([Fernet(_derive(key, purpose)) for key in keys])


def _signature(key: str, message: bytes, purpose: str) -> bytes:
    return hmac.new(_derive(key, purpose), message, hashlib.sha256).digest()[:16]


def _derive(key: str, purpose: str) -> bytes:
    info = f"groundswell {purpose}".encode()
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(key.encode())
    return base64.urlsafe_b64encode(derived)
