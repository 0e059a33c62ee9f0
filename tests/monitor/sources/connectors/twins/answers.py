"""What twins answer with."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from werkzeug import Response


def as_json(document: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON answer."""
    return Response(
        json.dumps(document),
        status,
        headers=headers,
        content_type="application/json; charset=utf-8",
    )


def ago(minutes: float) -> datetime:
    """A time, so many minutes before now."""
    return datetime.now(UTC) - timedelta(minutes=minutes)


def rfc3339(moment: datetime) -> str:
    """A time as most APIs write it."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
