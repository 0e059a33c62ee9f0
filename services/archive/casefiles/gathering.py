"""Opening a case file, and gathering what was told of the warnings that belong to it."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.archive.casefiles.hashing import genesis
from services.archive.casefiles.models import CaseFile, CaseWarning, LooseRecord
from services.archive.casefiles.records import Filing
from services.archive.casefiles.service import case_of_incident, file_record
from shared.contracts.aftermath import IncidentSubjectsChanged, Subject, SubjectKind
from shared.contracts.incidents import IncidentOpened
from shared.contracts.records import CaseFileOpened
from shared.events import emit
from shared.ids import new_id


async def open_case_file(
    session: AsyncSession, opened: IncidentOpened, *, opened_at: datetime
) -> CaseFile:
    """Open the case file of an incident; what was told of its warning before comes first.

    A second telling of the same opening finds the case file that is there.
    """
    existing = await session.scalar(
        select(CaseFile).where(CaseFile.incident_id == opened.incident_id).with_for_update()
    )
    if existing is not None:
        return existing
    case_id = new_id()
    case = CaseFile(
        id=case_id,
        incident_id=opened.incident_id,
        warning_id=opened.warning_id,
        number=opened.number,
        title=opened.title,
        drill=opened.drill,
        sample=opened.sample,
        head=genesis(str(case_id)),
        opened_at=opened_at,
    )
    session.add(case)
    await session.flush()
    if opened.warning_id is not None:
        await _adopt(session, case, opened.warning_id)
    await join_warnings(session, case, opened.subjects)
    await emit(session, CaseFileOpened(case_id=case.id, incident_id=case.incident_id))
    return case


async def join_warnings(
    session: AsyncSession, case: CaseFile, named: Iterable[Subject], removed: Iterable[Subject] = ()
) -> None:
    """File from now on what is told of the warnings that the incident names, and what was told of
    them before; no more what is told of those that it names no longer."""
    gone = [UUID(each.ref) for each in removed if each.kind is SubjectKind.WARNING]
    if gone:
        await session.execute(
            delete(CaseWarning).where(
                CaseWarning.case_id == case.id, CaseWarning.warning_id.in_(gone)
            )
        )
    for warning_id in (UUID(each.ref) for each in named if each.kind is SubjectKind.WARNING):
        if await _case_of(session, warning_id) is None:
            session.add(CaseWarning(warning_id=warning_id, case_id=case.id))
            await _adopt(session, case, warning_id)


async def file_naming(
    session: AsyncSession, filing: Filing, changed: IncidentSubjectsChanged
) -> None:
    """File what an incident is about from now on, with what was told of warnings among that.

    Raises:
        NotFound: the incident has no case file (its opening was not told).
    """
    case = await case_of_incident(session, changed.incident_id)
    await file_record(session, case, filing)
    await join_warnings(session, case, changed.added, changed.removed)


async def file_warning(session: AsyncSession, filing: Filing, warning_id: UUID) -> None:
    """File an event of a warning in the case that grew out of it; else keep it until one does."""
    case = await _case_of(session, warning_id)
    if case is not None:
        await file_record(session, case, filing)
        return
    await session.execute(
        insert(LooseRecord)
        .values(
            event_id=filing.event_id,
            warning_id=warning_id,
            position=filing.position,
            kind=filing.kind,
            occurred_at=filing.occurred_at,
            content=dict(filing.content),
        )
        .on_conflict_do_nothing()
    )


async def _case_of(session: AsyncSession, warning_id: UUID) -> CaseFile | None:
    """The case that grew out of a warning, or that it joined, locked."""
    joined = select(CaseWarning.case_id).where(CaseWarning.warning_id == warning_id)
    case: CaseFile | None = await session.scalar(
        select(CaseFile)
        .where(or_(CaseFile.warning_id == warning_id, CaseFile.id.in_(joined)))
        .with_for_update()
    )
    return case


async def _adopt(session: AsyncSession, case: CaseFile, warning_id: UUID) -> None:
    loose = (
        await session.scalars(
            select(LooseRecord)
            .where(LooseRecord.warning_id == warning_id)
            .order_by(LooseRecord.position)
            .with_for_update()
        )
    ).all()
    for record in loose:
        await file_record(session, case, Filing.of_loose(record))
        await session.delete(record)
