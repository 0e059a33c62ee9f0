"""What an answer of the API says beside its content: when to come again, and what went wrong."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx


def seconds_asked(answer: httpx.Response) -> float:
    """Seconds until the server wants to be asked again (RFC 9110, 10.2.3), 0 if it says none."""
    value = answer.headers.get("Retry-After", "")
    if value.isdecimal():
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return 0.0
    return max(0.0, (moment.astimezone(UTC) - datetime.now(UTC)).total_seconds())


def problem_line(answer: httpx.Response) -> str:
    """What a problem document (RFC 9457) says, or the bare status when there is none."""
    try:
        document = answer.json()
    except ValueError:
        document = None
    if not isinstance(document, dict):
        return f"{answer.status_code} {answer.reason_phrase}"
    said = f"{answer.status_code} {document.get('title', '')}. {document.get('detail', '')}"
    errors = document.get("errors") or []
    said += "".join(f" [{_field_error(error)}]" for error in errors[:3])
    return " ".join(said.split())


def _field_error(error: Any) -> str:
    if not isinstance(error, dict):
        return str(error)
    where = error.get("pointer") or error.get("loc") or error.get("field") or ""
    place = ".".join(map(str, where)) if isinstance(where, list) else str(where)
    return f"{place}: {error.get('detail') or error.get('msg') or error.get('message') or error}"
