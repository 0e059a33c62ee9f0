"""Endpoints of case files."""

import asyncio
from typing import Annotated
from uuid import UUID

from fastapi import Query
from sqlalchemy import select

from services.archive.casefiles import service
from services.archive.casefiles.chain import verify_chain
from services.archive.casefiles.hashing import fingerprint
from services.archive.casefiles.models import CaseFile, CaseState, Record
from services.archive.casefiles.records import parse_record
from services.archive.casefiles.schemas import (
    CaseOut,
    CaseWithFindings,
    FindingOut,
    Proof,
    RecordOut,
    Records,
)
from shared.auth import allow
from shared.contracts.actors import Actor, Permission
from shared.http import Session, room_router
from shared.paging import PageQuery
from shared.schemas import Page

router = room_router("/cases", "cases")

Reader = Annotated[Actor, allow(Permission.READ_CASES)]


@router.get("", operation_id="cases_list")
async def list_cases(
    session: Session,
    page: PageQuery,
    _: Reader,
    state: Annotated[CaseState | None, Query()] = None,
    incident_id: Annotated[UUID | None, Query(description="Of this incident")] = None,
) -> Page[CaseOut]:
    """Case files (案卷), newest first."""
    query = select(CaseFile)
    if state is not None:
        query = query.where(CaseFile.state == state)
    if incident_id is not None:
        query = query.where(CaseFile.incident_id == incident_id)
    rows, cursor = await page.rows(session, query, CaseFile.id)
    return Page(items=[CaseOut.model_validate(row) for row in rows], next_cursor=cursor)


@router.get("/{case_id}", operation_id="cases_get")
async def get_case(case_id: UUID, session: Session, _: Reader) -> CaseWithFindings:
    """One case file with its completeness."""
    case = await service.get_case(session, case_id)
    findings = await service.judge_completeness(session, case_id)
    return CaseWithFindings(
        **dict(CaseOut.model_validate(case)),
        completeness=[FindingOut.model_validate(finding) for finding in findings],
        seal=case.seal,
    )


@router.get("/{case_id}/records", operation_id="cases_records")
async def list_records(
    case_id: UUID,
    session: Session,
    _: Reader,
    after: Annotated[int, Query(ge=0, le=2**31 - 1, description="The last sequence seen")] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> Records:
    """The records of a case file, oldest first."""
    await service.get_case(session, case_id)
    rows = (
        await session.scalars(
            select(Record)
            .where(Record.case_id == case_id, Record.sequence > after)
            .order_by(Record.sequence)
            .limit(limit)
        )
    ).all()
    items = [
        RecordOut.model_validate(parse_record(row.body) | {"leaf": row.leaf, "chain": row.chain})
        for row in rows
    ]
    return Records(items=items, next_after=rows[-1].sequence if len(rows) == limit else None)


@router.get("/{case_id}/proof", operation_id="cases_proof")
async def prove_case(case_id: UUID, session: Session, _: Reader) -> Proof:
    """Check every record of a case file against its chain and its seal, here and now."""
    await service.read_consistently(session)
    case = await service.get_case(session, case_id)
    seal = await service.current_seal(session, case)
    records = [
        record async for stretch in service.read_records(session, case_id) for record in stretch
    ]
    found = await asyncio.to_thread(verify_chain, records, seal)
    problems = [str(problem) for problem in found]
    return Proof(intact=not problems, problems=problems, seal=seal, fingerprint=fingerprint(seal))
