"""Endpoints of templates."""

from typing import Annotated

from services.monitor.templates import service
from services.monitor.templates.filling import Sector
from services.monitor.templates.schemas import DraftsOut, FillNew, SectorsOut
from shared.auth import allow
from shared.contracts.actors import Actor, Permission
from shared.http import Session, room_router

router = room_router("/watches/templates", "watches")

Viewer = Annotated[Actor, allow(Permission.VIEW)]


@router.get("", operation_id="templates_list")
async def list_templates(_: Viewer) -> SectorsOut:
    """Ready-made watches (方案模板) of banks, shops, power companies and universities."""
    return service.all_templates()


@router.post("/{sector}/fill", operation_id="templates_fill")
async def fill_templates(sector: Sector, new: FillNew, session: Session, _: Viewer) -> DraftsOut:
    """Put names into the templates of a sector. Nothing is saved: try what comes out by
    `/watches/preview`, and keep it by `POST /watches`."""
    return await service.fill(session, sector, new)
