"""Use cases of commands: issued by the leading group, acknowledged and done by a group."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.response.commands.deadlines import due_time
from services.response.commands.models import Command
from services.response.commands.schemas import CommandNew, CompletionNew
from services.response.incidents.lifecycle import IncidentState, Move
from services.response.incidents.models import Incident
from services.response.incidents.service import get_for_change
from services.response.incidents.timeline import record
from services.response.teams.service import get_group
from shared.contracts.actors import Actor, ActorRef, Permission
from shared.contracts.incidents import (
    CommandAcknowledged,
    CommandCompleted,
    CommandIssued,
    CommandOverdue,
)
from shared.db import database_now
from shared.errors import Conflict, Forbidden, Invalid
from shared.rows import find_row

_OVERDUE_AT_ONCE = 100


async def issue_command(
    session: AsyncSession, incident_id: UUID, new: CommandNew, by: ActorRef
) -> Command:
    """Order a group to do something.

    Raises:
        NotFound: no such incident. Conflict: its response is not active.
        Invalid: no such group, or a due time that has passed or lies over a year ahead.
    """
    incident = await get_for_change(session, incident_id, Move.COMMAND)
    if await get_group(session, new.group) is None:
        raise Invalid(f"/group: there is no group named {new.group}.")
    now = await database_now(session)
    due_at = due_time(new.due_at, now)
    if due_at is None:
        raise Invalid("/due_at: this must lie in the future, at most a year ahead.")
    command = Command(
        incident_id=incident.id,
        group_slug=new.group,
        text=new.text,
        issued_by=by.model_dump(mode="json"),
        issued_at=now,
        due_at=due_at,
    )
    session.add(command)
    await record(
        session,
        CommandIssued(
            incident_id=incident.id,
            command_id=command.id,
            group=new.group,
            text=new.text,
            due_at=due_at,
            by=by,
        ),
    )
    return command


async def acknowledge_command(session: AsyncSession, command_id: UUID, actor: Actor) -> Command:
    """Confirm for the group that it has the command (签收). A second time changes nothing.

    Raises:
        NotFound: no such command. Forbidden: the caller is not of that group.
    """
    command = await _get_for_group(session, command_id, actor)
    if command.acknowledged_at is None:
        command.acknowledged_by = actor.ref.model_dump(mode="json")
        command.acknowledged_at = await database_now(session)
        await record(
            session,
            CommandAcknowledged(
                incident_id=command.incident_id,
                command_id=command.id,
                group=command.group_slug,
                by=actor.ref,
            ),
        )
    return command


async def complete_command(
    session: AsyncSession, command_id: UUID, new: CompletionNew, actor: Actor
) -> Command:
    """Report a command done; a report after the due time is marked late.

    Raises:
        NotFound: no such command. Forbidden: the caller is not of that group.
        Conflict: not acknowledged yet, or done already.
    """
    command = await _get_for_group(session, command_id, actor)
    if command.acknowledged_at is None:
        raise Conflict("Acknowledge the command before you report it done.")
    if command.completed_at is not None:
        raise Conflict("This command was reported done already.")
    now = await database_now(session)
    command.completed_by = actor.ref.model_dump(mode="json")
    command.completed_at = now
    command.report = new.report
    await record(
        session,
        CommandCompleted(
            incident_id=command.incident_id,
            command_id=command.id,
            group=command.group_slug,
            report=new.report,
            late=now > command.due_at,
            by=actor.ref,
        ),
    )
    return command


async def note_overdue_commands(session: AsyncSession) -> Sequence[Command]:
    """Record, once each, the commands whose due time passed before they were done."""
    now = await database_now(session)
    overdue = (
        await session.scalars(
            select(Command)
            .join(Incident, Incident.id == Command.incident_id)
            .where(
                Command.completed_at.is_(None),
                Command.overdue_noted_at.is_(None),
                Command.due_at < now,
                Incident.state != IncidentState.CLOSED,
            )
            .order_by(Command.due_at)
            .limit(_OVERDUE_AT_ONCE)
            .with_for_update(skip_locked=True, of=Command)
        )
    ).all()
    for command in overdue:
        command.overdue_noted_at = now
        await record(
            session,
            CommandOverdue(
                incident_id=command.incident_id,
                command_id=command.id,
                group=command.group_slug,
                due_at=command.due_at,
            ),
        )
    return overdue


async def get_command(session: AsyncSession, command_id: UUID) -> Command:
    """One command.

    Raises:
        NotFound: there is none with this id.
    """
    return await find_row(session, Command, command_id, "command")


async def _get_for_group(session: AsyncSession, command_id: UUID, actor: Actor) -> Command:
    """The command, its incident locked, if the caller may act for its group."""
    command = await get_command(session, command_id)
    await get_for_change(session, command.incident_id, Move.NOTE)
    await session.refresh(command, with_for_update=True)
    # Whoever issues commands may also carry them out for a group that cannot be reached.
    if command.group_slug not in actor.groups and not actor.may(Permission.ISSUE_COMMANDS):
        raise Forbidden(
            f"This command is for the group {command.group_slug}, and you are not in it."
        )
    return command
