"""Shapes of pictures."""

from typing import Annotated
from uuid import UUID

from pydantic import Base64Bytes, Field

from shared.schemas import RequestShape, ResponseShape

MOST_PICTURES = 3
LARGEST_PICTURE = 6 * 1024 * 1024
# One white point: the smallest PNG that is whole.
_POINT = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAsTjcPAAAAABJRU5ErkJggg=="
)


class PictureNew(RequestShape):
    """A picture as it is sent."""

    content: Base64Bytes = Field(
        min_length=1,
        max_length=LARGEST_PICTURE,
        description="A PNG, JPEG or WebP file of at most 6 MiB, in base64",
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
