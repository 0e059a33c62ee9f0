"""Shapes of the commands API."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from services.response.commands.deadlines import CommandState, state_of
from services.response.commands.models import Command
from shared.contracts.actors import ActorRef
from shared.schemas import Moment, Prose, RequestShape, ResponseShape, Slug


class CommandNew(RequestShape):
    """Order a group to do something by a time."""

    group: Slug = Field(examples=["information-release"])
    text: Prose = Field(examples=["Draft a first statement: what we know, what we do, when next."])
    due_at: Moment | None = Field(
        default=None, description="One hour from now where it is left out"
    )


class CompletionNew(RequestShape):
    """Report a command done."""

    report: Prose = Field(examples=["Draft 1 is in review."])


class CommandOut(ResponseShape):
    """A command as it stands."""

    id: UUID
    incident_id: UUID
    group: str
    text: str
    state: CommandState
    issued_by: ActorRef
    issued_at: datetime
    due_at: datetime
    acknowledged_by: ActorRef | None
    acknowledged_at: datetime | None
    completed_by: ActorRef | None
    completed_at: datetime | None
    report: str | None

    @classmethod
    def of(cls, command: Command, now: datetime) -> "CommandOut":
        """Read a row as it stands at `now`."""
        values = {name: getattr(command, name) for name in cls.model_fields if name in _COLUMNS}
        state = state_of(
            due_at=command.due_at,
            acknowledged_at=command.acknowledged_at,
            completed_at=command.completed_at,
            now=now,
        )
        return cls(**values, group=command.group_slug, state=state)


_COLUMNS = frozenset(Command.__table__.columns.keys())
