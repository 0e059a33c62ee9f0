"""Shapes of the statements API."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field, StrictBool, StringConstraints

from services.response.statements.approval import (
    WAITS_FOR,
    Review,
    StatementState,
    Step,
    StepState,
    progress,
)
from services.response.statements.models import Statement, StatementKind
from services.response.statements.publication import PublicationState
from shared.contracts.actors import ActorRef
from shared.schemas import Line, Prose, RequestShape, ResponseShape, Slug


def _one_line(value: str) -> str:
    if len(value.splitlines()) > 1:
        raise ValueError("must be one line")
    return value


Title = Annotated[Line, AfterValidator(_one_line)]
Sha256 = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9a-f]{64}$"),
    Field(
        description="`sha256` of the statement as you read it: SHA-256 of the UTF-8 bytes of "
        "title, two line feeds, text"
    ),
]
Link = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=2_000, pattern=r"^https?://\S+$")
]


class TextNew(RequestShape):
    """The wording of a statement; white space at both ends is left out."""

    title: Title = Field(examples=["Power cut in the east district"])
    text: Prose = Field(examples=["At 21:04 a cable was damaged. Nobody was hurt. We repair it."])


class StatementNew(TextNew):
    """Draft a statement."""

    kind: StatementKind = StatementKind.STATEMENT


class ReviewNew(RequestShape):
    """A department's or legal's review of exactly this text."""

    review: Review
    passed: StrictBool
    comment: Annotated[str, Field(max_length=20_000, pattern=r"^[^\x00]*$")] = ""
    sha256: Sha256


class ApprovalNew(RequestShape):
    """The approval of exactly this text."""

    sha256: Sha256


class ReturnNew(RequestShape):
    """Why the leading group sends a text back."""

    comment: Prose = Field(examples=["Say when power will be back."])


class PublicationNew(RequestShape):
    """Publish exactly this text on these channels."""

    sha256: Sha256
    channels: list[Slug] = Field(min_length=1, max_length=20, examples=[["console"]])


class WithdrawalNew(RequestShape):
    """Why a statement is withdrawn."""

    reason: Prose = Field(examples=["The number of households was wrong."])


class ResolutionNew(RequestShape):
    """What a person found out about a publication whose outcome was unknown."""

    published: StrictBool
    location: Link | None = Field(default=None, examples=["https://example.org/news/17"])


class VersionOut(ResponseShape):
    """One wording, who wrote it and when."""

    version: int
    title: str
    text: str
    sha256: str
    written_by: ActorRef
    written_at: datetime


class StepOut(ResponseShape):
    """One step of the current version, and who took it."""

    step: Step
    state: StepState
    by: ActorRef | None = None
    at: datetime | None = None
    comment: str | None = None


class PublicationOut(ResponseShape):
    """One version on one channel. `error` says why it is not public, or why nobody knows."""

    id: UUID
    version: int
    channel: str
    state: PublicationState
    ordered_by: ActorRef
    ordered_at: datetime
    published_at: datetime | None
    location: str | None
    error: str | None


class StatementOut(ResponseShape):
    """A statement as it stands. Its ETag changes whenever its text or its state does."""

    id: UUID
    incident_id: UUID
    kind: StatementKind
    supersedes_id: UUID | None
    state: StatementState
    version: int
    title: str
    text: str
    sha256: str
    waiting_for: Step | None
    versions: list[VersionOut]
    steps: list[StepOut]
    publications: list[PublicationOut]
    withdrawn_by: ActorRef | None
    withdrawn_at: datetime | None
    withdrawal_reason: str | None

    @classmethod
    def of(cls, statement: Statement) -> "StatementOut":
        """Read a row that was loaded with all that belongs to it."""
        current = statement.current
        return cls(
            id=statement.id,
            incident_id=statement.incident_id,
            kind=statement.kind,
            supersedes_id=statement.supersedes_id,
            state=statement.state,
            version=statement.version,
            title=current.title,
            text=current.text,
            sha256=current.sha256,
            waiting_for=WAITS_FOR[statement.state],
            versions=[VersionOut.model_validate(version) for version in statement.versions],
            steps=_steps(statement),
            publications=[PublicationOut.model_validate(row) for row in statement.publications],
            withdrawn_by=statement.withdrawn_by,
            withdrawn_at=statement.withdrawn_at,
            withdrawal_reason=statement.withdrawal_reason,
        )


def _steps(statement: Statement) -> list[StepOut]:
    signatures = statement.signatures_of(statement.version)
    published = [
        (row.published_at, row.ordered_by)
        for row in statement.publications
        if row.published_at is not None
    ]
    states = progress(
        statement.state,
        {step: signature.passed for step, signature in signatures.items()},
        published=bool(published),
    )
    taken = {
        step: StepOut(
            step=step,
            state=states[step],
            by=signature.signed_by,
            at=signature.signed_at,
            comment=signature.comment or None,
        )
        for step, signature in signatures.items()
    }
    current = statement.current
    taken[Step.DRAFTED] = StepOut(
        step=Step.DRAFTED,
        state=states[Step.DRAFTED],
        by=current.written_by,
        at=current.written_at,
    )
    if published:
        at, by = min(published, key=lambda pair: pair[0])
        taken[Step.PUBLICATION] = StepOut(
            step=Step.PUBLICATION, state=states[Step.PUBLICATION], by=by, at=at
        )
    return [taken.get(step) or StepOut(step=step, state=states[step]) for step in Step]
