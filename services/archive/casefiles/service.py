"""Filing what happens, in order, and sealing a case file when its incident is closed."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.archive.casefiles.canonical import canonical
from services.archive.casefiles.completeness import Finding, Stage, completeness
from services.archive.casefiles.filing import chained, make_seal, plain
from services.archive.casefiles.models import (
    CaseFile,
    CaseState,
    Record,
)
from services.archive.casefiles.records import Filing, parse_record
from shared.contracts.records import CaseFileSealed
from shared.db import database_now
from shared.errors import NotFound
from shared.events import emit
from shared.ids import new_id
from shared.rows import find_row

_PAGE = 500


async def file_record(session: AsyncSession, case: CaseFile, filing: Filing) -> None:
    """Add a record to a case file, behind the one before; one event is filed once.

    What happens after the sealing (a statement is withdrawn) is filed too: the seal of the closing
    still proves what was there then, and the chain goes on.
    """
    if await session.scalar(
        select(Record.sequence).where(Record.case_id == case.id, Record.event_id == filing.event_id)
    ):
        return
    now = await database_now(session)
    record = chained(
        {
            "sequence": case.records + 1,
            "id": str(filing.event_id),
            "case_id": str(case.id),
            "kind": filing.kind,
            "room": filing.room,
            "occurred_at": rfc3339(filing.occurred_at),
            "filed_at": rfc3339(now),
            "actor": plain(filing.actor),
            "content": plain(filing.content),
            "attachments": [],
        },
        case.head,
    )
    leaf, chain = record.pop("leaf"), record.pop("chain")
    session.add(
        Record(
            case_id=case.id,
            sequence=record["sequence"],
            event_id=filing.event_id,
            kind=filing.kind,
            occurred_at=filing.occurred_at,
            body=canonical(record).decode(),
            leaf=leaf,
            chain=chain,
        )
    )
    case.records += 1
    case.head = chain
    await session.flush()


async def file_event(session: AsyncSession, filing: Filing) -> None:
    """File an event of an incident in its case file.

    Raises:
        NotFound: the incident has no case file (its opening was not told).
    """
    await file_record(session, await case_of_incident(session, filing.incident_id), filing)


async def seal_case_file(session: AsyncSession, incident_id: UUID) -> CaseFile:
    """Close the case file of an incident under its hash, gaps written down as the last record.

    A case file that is sealed already stays as it is.
    """
    case = await case_of_incident(session, incident_id)
    if case.state is CaseState.SEALED:
        return case
    now = await database_now(session)
    findings = await judge_completeness(session, case.id)
    await file_record(
        session, case, Filing.of_completeness(new_id(), findings, case.incident_id, now)
    )
    case.seal = await _seal(session, case, now, final=True)
    case.sealed_at = now
    case.state = CaseState.SEALED
    await emit(
        session,
        CaseFileSealed(
            case_id=case.id, incident_id=case.incident_id, records=case.records, head=case.head
        ),
    )
    return case


async def current_seal(session: AsyncSession, case: CaseFile) -> dict[str, Any]:
    """The seal of the closing; a new one while the file is open, or where more was filed since."""
    if case.seal is not None and case.seal["record_count"] == case.records:
        return case.seal
    final = case.state is CaseState.SEALED
    return await _seal(session, case, await database_now(session), final=final)


async def read_consistently(session: AsyncSession) -> None:
    """Let the transaction see one moment: a record filed meanwhile must not break a proof.

    Call it before the first statement.
    """
    await session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


async def judge_completeness(session: AsyncSession, case_id: UUID) -> list[Finding]:
    """What the case file holds of each stage, and what it lacks."""
    kinds = (await session.scalars(select(Record.kind).where(Record.case_id == case_id))).all()
    declined = await session.scalar(
        select(Record.body)
        .where(Record.case_id == case_id, Record.kind == "ActivationDeclined")
        .order_by(Record.sequence.desc())
        .limit(1)
    )
    # Who decided against a response has said why there is no statement.
    grounds = parse_record(declined)["content"]["grounds"] if declined else ""
    return completeness(kinds, {Stage.STATEMENTS: grounds})


async def get_case(session: AsyncSession, case_id: UUID) -> CaseFile:
    """One case file.

    Raises:
        NotFound: there is none with this id.
    """
    return await find_row(session, CaseFile, case_id, "case file")


async def read_records(session: AsyncSession, case_id: UUID) -> AsyncIterator[list[dict[str, Any]]]:
    """The records of a case file in order, with leaf and chain, in stretches of up to 500."""
    after = 0
    while True:
        rows = (
            await session.scalars(
                select(Record)
                .where(Record.case_id == case_id, Record.sequence > after)
                .order_by(Record.sequence)
                .limit(_PAGE)
            )
        ).all()
        if rows:
            yield [parse_record(row.body) | {"leaf": row.leaf, "chain": row.chain} for row in rows]
            after = rows[-1].sequence
        if len(rows) < _PAGE:
            return


def case_head(case: CaseFile) -> dict[str, Any]:
    """What a bundle says of the case itself; it is sealed with the records."""
    return {
        "case_id": str(case.id),
        "incident_id": str(case.incident_id),
        "number": case.number,
        "title": plain(case.title),
        "opened_at": rfc3339(case.opened_at),
        "drill": case.drill,
        "sample": case.sample,
    }


def rfc3339(moment: datetime) -> str:
    """A moment in UTC, to the microsecond."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


async def case_of_incident(session: AsyncSession, incident_id: UUID | None) -> CaseFile:
    """The case file of an incident, locked.

    Raises:
        NotFound: it has none (its opening was not told).
    """
    case: CaseFile | None = await session.scalar(
        select(CaseFile).where(CaseFile.incident_id == incident_id).with_for_update()
    )
    if case is None:
        raise NotFound(f"The incident {incident_id} has no case file.")
    return case


async def _seal(
    session: AsyncSession, case: CaseFile, now: datetime, *, final: bool
) -> dict[str, Any]:
    leaves = (
        await session.scalars(
            select(Record.leaf).where(Record.case_id == case.id).order_by(Record.sequence)
        )
    ).all()
    return make_seal(case_head(case), leaves, head=case.head, sealed_at=rfc3339(now), final=final)
