"""Endpoints of commands."""

from typing import Annotated
from uuid import UUID

from sqlalchemy import select

from services.response.commands import service
from services.response.commands.models import Command
from services.response.commands.schemas import CommandNew, CommandOut, CompletionNew
from services.response.incidents.service import get_incident
from shared.auth import allow
from shared.contracts.actors import Actor, Permission
from shared.db import database_now
from shared.http import Session, room_router
from shared.paging import PageQuery
from shared.schemas import Page

router = room_router("", "commands")

Viewer = Annotated[Actor, allow(Permission.VIEW)]
Leader = Annotated[Actor, allow(Permission.ISSUE_COMMANDS)]
Doer = Annotated[Actor, allow(Permission.CARRY_OUT_COMMANDS)]


@router.post("/incidents/{incident_id}/commands", status_code=201, operation_id="commands_issue")
async def issue_command(
    incident_id: UUID, new: CommandNew, session: Session, actor: Leader
) -> CommandOut:
    """Order a group to do something by a time (下达指令)."""
    command = await service.issue_command(session, incident_id, new, actor.ref)
    return await _shown(session, command)


@router.get("/incidents/{incident_id}/commands", operation_id="commands_list")
async def list_commands(
    incident_id: UUID, session: Session, page: PageQuery, _: Viewer
) -> Page[CommandOut]:
    """The commands of an incident, newest first."""
    await get_incident(session, incident_id)
    query = select(Command).where(Command.incident_id == incident_id)
    rows, cursor = await page.rows(session, query, Command.id)
    now = await database_now(session)
    return Page(items=[CommandOut.of(row, now) for row in rows], next_cursor=cursor)


@router.get("/commands/{command_id}", operation_id="commands_get")
async def get_command(command_id: UUID, session: Session, _: Viewer) -> CommandOut:
    """One command as it stands."""
    return await _shown(session, await service.get_command(session, command_id))


@router.post("/commands/{command_id}/acknowledge", operation_id="commands_acknowledge")
async def acknowledge_command(command_id: UUID, session: Session, actor: Doer) -> CommandOut:
    """Confirm for your group that it has the command (签收)."""
    return await _shown(session, await service.acknowledge_command(session, command_id, actor))


@router.post("/commands/{command_id}/complete", operation_id="commands_complete")
async def complete_command(
    command_id: UUID, new: CompletionNew, session: Session, actor: Doer
) -> CommandOut:
    """Report for your group that the command is done."""
    return await _shown(session, await service.complete_command(session, command_id, new, actor))


async def _shown(session: Session, command: Command) -> CommandOut:
    return CommandOut.of(command, await database_now(session))
