"""Messages of Standard Webhooks (https://www.standardwebhooks.com, "Signature scheme")."""

import base64
import binascii
import hashlib
import hmac
import secrets
import time
from collections.abc import Iterable

_PREFIX = "whsec_"
_MOST_SIGNATURES = 10


def new_secret() -> str:
    """A secret of 32 random bytes."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def read_secret(secret: str) -> bytes:
    """The key in a secret of the form `whsec_` + base64 (the prefix may be left out).

    Raises:
        ValueError: it is not base64, or shorter than the 24 bytes that the standard asks for.
    """
    try:
        key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except binascii.Error as error:
        raise ValueError("it is not base64") from error
    if len(key) < 24:
        raise ValueError("it is shorter than 24 bytes")
    return key


def sign(key: bytes, *, message_id: str, timestamp: int, body: bytes) -> str:
    """The header `webhook-signature`: HMAC-SHA256 over `id.timestamp.body`, version 1.

    `timestamp` is in seconds since the epoch.
    """
    signed = f"{message_id}.{timestamp}.".encode() + body
    digest = hmac.new(key, signed, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def webhook_headers(key: bytes | None, *, message_id: str, body: bytes) -> dict[str, str]:
    """The headers of a JSON message sent now: its id, its time, and its signature where there is a
    key."""
    timestamp = int(time.time())
    headers = {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
    }
    if key is not None:
        headers["webhook-signature"] = sign(
            key, message_id=message_id, timestamp=timestamp, body=body
        )
    return headers


def is_signed(
    keys: Iterable[bytes], *, message_id: str, timestamp: int, body: bytes, signatures: str
) -> bool:
    """Whether one of `signatures` (the header `webhook-signature`: several, parted by spaces, while
    a sender changes its secret) was made with one of the keys. Takes the same time for all of them.
    """
    made = [sign(key, message_id=message_id, timestamp=timestamp, body=body) for key in keys]
    given = signatures.split()[:_MOST_SIGNATURES]
    found = [hmac.compare_digest(one.encode(), other.encode()) for one in made for other in given]
    return any(found)
