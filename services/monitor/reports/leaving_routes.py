"""Endpoints for officers who ask what is kept about them, or leave."""

from typing import Annotated
from uuid import UUID

from services.monitor.officers.schemas import OfficerErasureNew, OfficerOut, OfficerRecord
from services.monitor.reports import leaving
from shared.auth import allow
from shared.contracts.actors import Actor, Permission
from shared.http import Session, room_router

router = room_router("/officers", "officers")

Editor = Annotated[Actor, allow(Permission.EDIT_PATROLS)]


@router.get("/{officer_id}/record", operation_id="officers_record")
async def get_record(officer_id: UUID, session: Session, _: Editor) -> OfficerRecord:
    """All that is kept here about an officer (本人数据导出): their entry, and what they told."""
    return await leaving.record_of(session, officer_id)


@router.post("/{officer_id}/erase", operation_id="officers_erase")
async def erase_officer(
    officer_id: UUID, new: OfficerErasureNew, session: Session, actor: Editor
) -> OfficerOut:
    """Erase who an officer was, when they have left. Their reports stay, without a name."""
    officer = await leaving.erase_officer(session, officer_id, new.reason, actor.ref)
    return OfficerOut.model_validate(officer)
