"""Shapes of pictures."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Base64Bytes, Field

from shared.contracts.actors import ActorRef
from shared.schemas import Prose, RequestShape, ResponseShape

MOST_PICTURES = 3
# What cameras of telephones write; stitched screenshots of a long thread have as much.
LARGEST_PICTURE = 16 * 1024 * 1024
# One white point: the smallest PNG that is whole.
_POINT = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAsTjcPAAAAABJRU5ErkJggg=="
)


class PictureNew(RequestShape):
    """A picture as it is sent."""

    content: Base64Bytes = Field(
        min_length=1,
        max_length=LARGEST_PICTURE,
        description="A PNG, JPEG or WebP file of at most 16 MiB, in base64",
        examples=[_POINT],
    )


PicturesNew = Annotated[
    list[PictureNew],
    Field(
        max_length=MOST_PICTURES,
        description="Screenshots; place, time and device are removed from them",
    ),
]


class PictureOut(ResponseShape):
    """A picture that is kept; `GET /api/v1/reports/pictures/{id}` shows it."""

    id: UUID
    media_type: str = Field(examples=["image/png"])
    width: int
    height: int
    size: int = Field(description="Bytes")
    sha256: str = Field(description="Of the file as it is kept, hexadecimal")
    sent_sha256: str = Field(description="Of the file as it was sent")
    erased_at: datetime | None = Field(default=None, description="Since then it cannot be seen")
    erased_because: str | None = None


class PictureErasureNew(RequestShape):
    """Why a picture is erased; this stays."""

    reason: Prose = Field(
        max_length=2_000, examples=["It shows a bystander, who asked us to erase it."]
    )


class PictureViewOut(ResponseShape):
    """Somebody looked at a picture."""

    seen_by: ActorRef
    seen_at: datetime = Field(description="Once for each person and hour")
