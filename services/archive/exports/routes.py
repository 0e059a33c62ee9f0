"""The endpoint that hands out a case as a bundle."""

import asyncio
from collections.abc import Iterator
from tempfile import SpooledTemporaryFile
from typing import IO, Annotated, Any, BinaryIO, cast
from uuid import UUID

from fastapi import Response
from fastapi.responses import StreamingResponse

from services.archive.casefiles import service
from services.archive.exports.bundle import BundleWriter
from shared.auth import allow
from shared.contracts.actors import Actor, Permission
from shared.http import Session, room_router

router = room_router("/cases", "cases")

Exporter = Annotated[Actor, allow(Permission.EXPORT_CASES)]

# A bundle waits in memory up to here, beyond on disk.
_SPOOLED = 16 * 1024 * 1024
_CHUNK = 256 * 1024


@router.get(
    "/{case_id}/export",
    operation_id="cases_export",
    response_class=Response,
    responses={200: {"content": {"application/zip": {}}, "description": "The bundle"}},
)
async def export_case(case_id: UUID, session: Session, _: Exporter) -> StreamingResponse:
    """A case file as a bundle that proves itself: `groundswell verify`, or its own verify.py."""
    await service.read_consistently(session)
    case = await service.get_case(session, case_id)
    seal = await service.current_seal(session, case)
    file = SpooledTemporaryFile(_SPOOLED)  # noqa: SIM115 - closed when it was sent
    with BundleWriter(cast("BinaryIO", file), service.case_head(case)) as bundle:
        # In a thread: hashing 100,000 records takes seconds, in which others want answers.
        async for stretch in service.read_records(session, case_id):
            await asyncio.to_thread(_add, bundle, stretch)
        await asyncio.to_thread(bundle.finish, seal)
    return StreamingResponse(
        _chunks(file),
        media_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="case-{case.number}.zip"'},
    )


def _add(bundle: BundleWriter, records: list[dict[str, Any]]) -> None:
    for record in records:
        bundle.add_record(record)


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        file.seek(0)
        while chunk := file.read(_CHUNK):
            yield chunk
