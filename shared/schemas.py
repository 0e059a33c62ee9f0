"""The manner of every API shape: strict in, plain out."""

import re
from datetime import datetime
from typing import Annotated, Any, Generic, TypeVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)

from shared.errors import PreconditionFailed, PreconditionRequired

T = TypeVar("T")


def _storable(value: str) -> str:
    if "\x00" in value:
        raise ValueError("must not contain the character NUL")
    return value


_DATED = re.compile(r"\d{4}-\d\d-\d\d[Tt ]")


def _dated(value: Any) -> Any:
    """Pydantic also takes numbers, in JSON and as text, and guesses whether they are seconds."""
    if isinstance(value, datetime) or (isinstance(value, str) and _DATED.match(value)):
        return value
    raise ValueError("must be a time like 2026-11-01T21:04:00Z")


# One line of text, and a longer text: trimmed, not empty, storable.
Line = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=300),
    AfterValidator(_storable),
]
Prose = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000),
    AfterValidator(_storable),
]
# A text that may be left empty.
Note = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=20_000),
    AfterValidator(_storable),
]
# A time that a caller names: RFC 3339, with its zone.
Moment = Annotated[
    AwareDatetime,
    BeforeValidator(_dated),
    Field(examples=["2026-11-01T21:04:00Z"]),
]
# A short name for addresses and configuration.
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]


class RequestShape(BaseModel):
    """A body that a caller sends: unknown fields are refused, so that a typing error is seen."""

    model_config = ConfigDict(extra="forbid")


class ResponseShape(BaseModel):
    """What the API answers; it reads straight from rows."""

    model_config = ConfigDict(from_attributes=True)


class Page(BaseModel, Generic[T]):
    """One page of a list. `next_cursor` is null on the last page."""

    items: list[T]
    next_cursor: str | None = None


def etag(version: int) -> str:
    """The ETag of a version that people edit."""
    return f'"{version}"'


def check_version(if_match: str | None, version: int) -> None:
    """Refuse a change that was made to another version than the current one.

    Raises:
        PreconditionRequired: the request does not say which version it changes.
        PreconditionFailed: it changes another one.
    """
    if if_match is None:
        raise PreconditionRequired(
            f"Say which version you change: send the header If-Match with the ETag {etag(version)}."
        )
    if if_match.strip() not in ("*", etag(version)):
        raise PreconditionFailed(
            f"Somebody changed this meanwhile: it is at version {version} now. Read it again."
        )
