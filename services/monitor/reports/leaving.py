"""An officer asks what is kept about them, or leaves. Nothing here commits."""

from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.officers.models import Officer
from services.monitor.officers.schemas import OfficerOut, OfficerRecord, OfficerTelling
from services.monitor.pictures.models import PictureView
from services.monitor.reports.models import Telling
from shared.contracts.actors import ActorRef
from shared.db import database_now
from shared.errors import Conflict
from shared.rows import find_row

PURPOSE = "To know in which office somebody reports, and what these reports were worth."
FORMER = "Former officer"


async def record_of(session: AsyncSession, officer_id: UUID) -> OfficerRecord:
    """All that the monitor keeps about an officer.

    Raises:
        NotFound: there is none with this id.
    """
    officer = await find_row(session, Officer, officer_id, "officer")
    tellings = await session.scalars(select(Telling).where(_told_by(officer)).order_by(Telling.id))
    looks = select(func.count()).where(PictureView.viewer == officer.user_id)
    return OfficerRecord(
        officer=OfficerOut.model_validate(officer),
        purpose=PURPOSE,
        tellings=[OfficerTelling.model_validate(telling) for telling in tellings],
        pictures_seen=await session.scalar(looks) or 0,
    )


async def erase_officer(
    session: AsyncSession, officer_id: UUID, reason: str, by: ActorRef
) -> Officer:
    """Take the name of an officer out of the register and out of what they told.

    What they decided on others' reports stays, and so does the log of who saw pictures: that was
    their office.

    Raises:
        NotFound: no such officer. Conflict: they are in office, or were erased.
    """
    officer = await find_row(session, Officer, officer_id, "officer", locked=True)
    if officer.erased_at is not None:
        raise Conflict("This officer was erased already.")
    if officer.active:
        raise Conflict("This officer is in office. Take them out of office first.")
    await session.execute(
        update(Telling).where(_told_by(officer)).values(teller=None, told_by=None)
    )
    officer.name = FORMER
    officer.user_id = None
    officer.unit = officer.area = ""
    officer.since = officer.review_by = None
    officer.erased_at = await database_now(session)
    officer.erased_by = by.model_dump(mode="json")
    officer.erased_because = reason
    await session.flush()
    await session.refresh(officer)
    return officer


def _told_by(officer: Officer) -> ColumnElement[bool]:
    own = Telling.officer_id == officer.id
    return or_(own, Telling.teller == officer.user_id) if officer.user_id else own
