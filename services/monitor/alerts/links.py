"""The link in an alert by which its reader acknowledges without signing in. Pure.

It names the alert and is signed, so that nobody can make one up; it says who they are and which
level they were told of. It is good for one thing, for a week, and once.
"""

import base64
import binascii
from datetime import timedelta
from uuid import UUID

from shared.sealing import Sealer

GOOD_FOR = timedelta(days=7)
_PURPOSE = "acknowledge link"


def link_of(sealer: Sealer, alert_id: UUID, *, public_url: str) -> str:
    """The address of the page that asks, and acknowledges when its button is pressed."""
    signed = alert_id.bytes + sealer.sign(alert_id.bytes, _PURPOSE)
    token = base64.urlsafe_b64encode(signed).decode().rstrip("=")
    return f"{public_url.rstrip('/')}/acknowledge/{token}"


def alert_of(sealer: Sealer, token: str) -> UUID | None:
    """The alert that a token names; None where it is not one of ours."""
    try:
        signed = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except (binascii.Error, ValueError):
        return None
    if len(signed) != 32 or not sealer.signed(signed[:16], signed[16:], _PURPOSE):
        return None
    return UUID(bytes=signed[:16])
