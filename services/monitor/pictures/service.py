"""Use cases of pictures. Nothing here commits."""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from services.monitor.pictures.drawing import Easel, PictureRefusedError
from services.monitor.pictures.models import Picture
from services.monitor.pictures.schemas import LARGEST_PICTURE, PictureNew, PictureOut
from shared.errors import Invalid, NotFound


async def draw_pictures(easel: Easel, sent: Sequence[PictureNew]) -> list[Picture]:
    """Pictures drawn anew, one after the other; whoever keeps them adds them to a session.

    This takes seconds: do it before any row is locked.

    Raises:
        Invalid: one of them is no picture, or cannot be kept. Unavailable: too many wait.
    """
    return [
        await _drawn(easel, new.content, f"/pictures/{index}/content")
        for index, new in enumerate(sent)
    ]


async def load_picture(session: AsyncSession, picture_id: UUID) -> Picture:
    """One picture with its content.

    Raises:
        NotFound: there is none with this id, or it was erased.
    """
    query = select(Picture).where(Picture.id == picture_id).options(undefer(Picture.content))
    picture = await session.scalar(query)
    if picture is None:
        raise NotFound("There is no picture with this id.")
    if picture.content is None:
        raise NotFound(f"This picture was erased: {picture.erased_because}")
    return picture


async def describe_pictures(
    session: AsyncSession, picture_ids: Iterable[UUID]
) -> dict[UUID, PictureOut]:
    """What is known of pictures, by id, without their content."""
    wanted = list(picture_ids)
    if not wanted:
        return {}
    found = await session.scalars(select(Picture).where(Picture.id.in_(wanted)))
    return {
        picture.id: PictureOut(
            id=picture.id,
            media_type=picture.media_type,
            width=picture.width,
            height=picture.height,
            size=picture.size,
            sha256=picture.sha256.hex(),
            sent_sha256=picture.sent_sha256.hex(),
            erased_at=picture.erased_at,
            erased_because=picture.erased_because,
        )
        for picture in found
    }


async def _drawn(easel: Easel, sent: bytes, pointer: str) -> Picture:
    try:
        drawn = await easel.draw_anew(sent)
        # A small file may unfold into a large one when it is drawn anew.
        if len(drawn.content) > 2 * LARGEST_PICTURE:
            raise PictureRefusedError(
                "picture_pixels", "is too large when it is drawn anew: send a part of it"
            )
    except PictureRefusedError as error:
        raise Invalid(
            f"{pointer}: the picture {error}.",
            errors=[{"pointer": pointer, "detail": f"The picture {error}.", "code": error.code}],
        ) from error
    return Picture(
        media_type=drawn.media_type,
        width=drawn.width,
        height=drawn.height,
        size=len(drawn.content),
        sha256=sha256(drawn.content).digest(),
        sent_sha256=sha256(sent).digest(),
        content=drawn.content,
    )
