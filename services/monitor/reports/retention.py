"""How long is kept what people told: pictures, and who told what. Evidence stays.

The report stays too, with its link, its counts and what was decided: the origin of its post, and no
word about who told of it.
"""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, any_, delete, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.pictures.models import Picture
from services.monitor.reports.models import Report, Telling
from services.monitor.reports.picture_access import is_evidence

_AT_ONCE = 500
OVER = "the time for which pictures are kept is over"


async def forget_pictures(session: AsyncSession, days: int) -> None:
    """Erase pictures that were told of more than `days` ago, and are no evidence."""
    kept = exists().where(Picture.id == any_(Telling.pictures), Picture.erased_at.is_(None))
    wanted = select(Telling.pictures).where(_is_over(days), kept).limit(_AT_ONCE)
    await _erase(session, (await session.scalars(wanted)).all())


async def forget_tellings(session: AsyncSession, days: int) -> None:
    """Forget who told what more than `days` ago, where it is no evidence; their pictures too."""
    wanted = select(Telling.id, Telling.pictures).where(_is_over(days)).limit(_AT_ONCE)
    old = (await session.execute(wanted)).all()
    await _erase(session, [row.pictures for row in old])
    await session.execute(delete(Telling).where(Telling.id.in_([row.id for row in old])))


def _is_over(days: int) -> ColumnElement[bool]:
    """Of a row of `Telling`: it is older than that, and no evidence."""
    evidence = exists().where(Report.id == Telling.report_id, is_evidence())
    return (Telling.told_at < func.now() - timedelta(days=days)) & ~evidence


async def _erase(session: AsyncSession, told: Sequence[Sequence[UUID]]) -> None:
    pictures = [picture for those in told for picture in those]
    await session.execute(
        update(Picture)
        .where(Picture.id.in_(pictures), Picture.erased_at.is_(None))
        .values(content=None, erased_at=func.now(), erased_because=OVER)
    )
