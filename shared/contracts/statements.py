"""Statements: the public text, and the way it takes before it is public."""

from datetime import datetime
from uuid import UUID

from shared.contracts.actors import ActorRef
from shared.contracts.event import IncidentEvent


class StatementEvent(IncidentEvent):
    """Something happened to one version of a statement; `sha256` is the hash of its exact text."""

    statement_id: UUID
    version: int
    sha256: str
    by: ActorRef


class StatementDrafted(StatementEvent):
    """A version of the text was written."""

    title: str
    text: str


class StatementSubmitted(StatementEvent):
    """The version went into review."""


class StatementReviewed(StatementEvent):
    """A department or legal reviewed the version: passed, or sent back with a comment."""

    review: str
    passed: bool
    comment: str


class StatementApproved(StatementEvent):
    """The leading group approved exactly this text."""


class StatementReturned(StatementEvent):
    """The leading group sent the version back."""

    comment: str


class StatementPublished(StatementEvent):
    """The text is public on one channel, at `location` where that is known."""

    channel: str
    title: str
    text: str
    location: str | None
    published_at: datetime


class PublicationFailed(StatementEvent):
    """A channel did not take the text, or it is unknown whether it did: a person must look."""

    channel: str
    error: str
    outcome_known: bool


class PublicationQueued(StatementEvent):
    """A person ordered publication on a channel; a job carries it out."""

    publication_id: UUID
    channel: str


class StatementWithdrawn(StatementEvent):
    """A published text was withdrawn; the history stays."""

    reason: str
