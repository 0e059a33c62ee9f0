"""The posts of a story, as far as it decides who goes with whom."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.regrouping.parts import Part
from services.monitor.regrouping.statements import PARTS_OF
from services.monitor.tracking.memory import place_key


async def parts_of(session: AsyncSession, story_id: UUID) -> list[Part]:
    """All posts of a story, oldest first."""
    rows = await session.execute(PARTS_OF, {"story": story_id})
    return [
        Part(
            id=row.id,
            key=place_key(row.platform, row.external_id),
            parent=(
                place_key(row.platform, row.parent_external_id) if row.parent_external_id else None
            ),
            text_hash=row.text_hash and row.text_hash.hex,
            text=f"{row.title or ''} {row.text}",
            copy_of=row.original_id,
            platform=row.platform,
            at=row.published_at,
        )
        for row in rows
    ]
