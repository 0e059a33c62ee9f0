"""What a channel is: the one place where a text leaves the house."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Protocol, runtime_checkable
from uuid import UUID

from services.response.statements.publication import Outcome


@dataclass(frozen=True)
class OutgoingStatement:
    """A text on its way to a channel, under the key `publication_id`: the same at every try."""

    publication_id: UUID
    statement_id: UUID
    supersedes_id: UUID | None
    incident_id: UUID
    incident_number: str
    kind: str
    version: int
    title: str
    text: str
    sha256: str
    drill: bool
    ordered_at: datetime


@dataclass(frozen=True)
class Receipt:
    """The channel has the text; `location` is where the public finds it, if that is known."""

    location: str | None = None


class ChannelError(Exception):
    """A call of a channel went wrong; the class says what is known of the outcome."""

    outcome: ClassVar[Outcome] = Outcome.UNKNOWN


class ChannelRefused(ChannelError):
    """The channel did not take the text, and will not."""

    outcome = Outcome.REFUSED


class ChannelUnavailable(ChannelError):
    """The channel certainly did not take the text this time; later it may."""

    outcome = Outcome.NOT_TAKEN


class OutcomeUnknown(ChannelError):
    """The text left the house, and no answer came: it may be public or not."""


class Channel(Protocol):
    """One of the organisation's own official outlets.

    `idempotent`: publishing the same key again publishes nothing new.
    `takes_drills`: it reaches nobody outside, so that a drill may use it.
    """

    name: str
    idempotent: bool
    takes_drills: bool

    async def publish(self, statement: OutgoingStatement) -> Receipt:
        """Make the text public.

        Raises:
            ChannelRefused, ChannelUnavailable, OutcomeUnknown: it did not, or nobody knows.
        """
        ...


@runtime_checkable
class SearchableChannel(Channel, Protocol):
    """A channel that can tell what it has published; it sees everything that it ever took."""

    async def look_up(self, key: UUID) -> Receipt | None:
        """The receipt of what was published under `key`, or None where nothing was."""
        ...


def can_look_up(channel: Channel) -> bool:
    """Whether the channel can tell what it has published."""
    return isinstance(channel, SearchableChannel)
