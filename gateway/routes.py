"""Which room answers for which part of the API: one table.

The first word after `/api/v1/` decides. What is not here belongs to the gateway itself, or to
nobody.
"""

import re
from enum import StrEnum

from shared.contracts.rooms import Room
from shared.settings import Settings

API = "/api/v1/"

ROUTES: dict[str, Room] = {
    "posts": Room.MONITOR,
    "sources": Room.MONITOR,
    "watches": Room.MONITOR,
    "stories": Room.MONITOR,
    "warnings": Room.MONITOR,
    "follow-ups": Room.MONITOR,
    "reports": Room.MONITOR,
    "officers": Room.MONITOR,
    "alerts": Room.MONITOR,
    "patrols": Room.MONITOR,
    "analysis": Room.ANALYSIS,
    "models": Room.ANALYSIS,
    "labels": Room.ANALYSIS,
    "incidents": Room.RESPONSE,
    "commands": Room.RESPONSE,
    "statements": Room.RESPONSE,
    "publications": Room.RESPONSE,
    "groups": Room.RESPONSE,
    "duty": Room.RESPONSE,
    "channels": Room.RESPONSE,
    "cases": Room.ARCHIVE,
}

# How long a room may keep a caller waiting, in seconds. Most answer within milliseconds: past this
# the link is taken for half open. Texts to classify, models to evaluate, cases to pack and
# pictures to draw anew need computing time.
USUAL_PATIENCE = 7.0
PATIENCE: dict[str, float] = {
    "analysis": 30.0,
    "models": 30.0,
    "cases": 30.0,
    "reports": 30.0,
    "patrols": 30.0,
}
# A page somewhere else is read.
_FROM_LINK = "/api/v1/posts/from-link"


class Lane(StrEnum):
    """Posts come in floods. They have a share of their own, so that people's work never waits for
    them or is refused because of them."""

    POSTS = "posts"
    DESK = "desk"


_PUSH = re.compile(r"/api/v1/sources/[0-9a-f-]{36}/push")
_INTAKE = frozenset({"/api/v1/posts/bulk", "/api/v1/posts/import"})
_UPLOADS = frozenset(
    {
        "/api/v1/posts/import",
        "/api/v1/reports/staff",
        "/api/v1/reports/media",
        "/api/v1/reports/public",
    }
)


def prefix_of(path: str) -> str:
    """The word that decides: `posts` of `/api/v1/posts/bulk`; empty outside the API."""
    return path[len(API) :].partition("/")[0] if path.startswith(API) else ""


def lane_of(method: str, path: str) -> Lane:
    """The lane of a request."""
    if signed_by_sender(method, path):
        return Lane.POSTS
    return Lane.POSTS if method == "POST" and path in _INTAKE else Lane.DESK


def signed_by_sender(method: str, path: str) -> bool:
    """Whether a request is let through to its room without a caller: a message of another system,
    which the room takes by its signature alone."""
    return method == "POST" and _PUSH.fullmatch(path) is not None


def patience_of(path: str) -> float:
    """How long the room of an address may keep a caller waiting, in seconds."""
    return 30.0 if path == _FROM_LINK else PATIENCE.get(prefix_of(path), USUAL_PATIENCE)


def takes_file(path: str) -> bool:
    """Whether a file may be uploaded at this address."""
    return (
        path in _UPLOADS
        or path.endswith("/attachments")
        or (path.startswith("/api/v1/patrols/rounds/") and "/checks/" in path)
    )


# Bytes of a form of the console with three pictures as cameras write them, and of the public one
# with one. Scripts make pictures smaller before they are sent.
_FORM = 40 * 1024 * 1024
_PUBLIC_FORM = 17 * 1024 * 1024
_FORMS = ("/report", "/inbox/", "/patrols/rounds/")


def body_limit(path: str, settings: Settings, *, signed_in: bool) -> int:
    """How many bytes a body may have at this address."""
    if takes_file(path):
        return settings.upload_limit
    if signed_in and path.startswith(_FORMS):
        return max(settings.body_limit, min(settings.upload_limit, _FORM))
    if path.startswith("/r/"):
        return max(settings.body_limit, min(settings.upload_limit, _PUBLIC_FORM))
    return settings.body_limit
