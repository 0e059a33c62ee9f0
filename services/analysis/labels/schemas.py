"""Shapes of the labels API."""

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, StrictBool, StrictInt, StringConstraints, model_validator

from services.analysis.labels.agreement import Agreement
from services.analysis.labels.drift import Drift, DriftState
from services.analysis.labels.models import Label, LabelState
from shared.contracts.actors import ActorRef
from shared.contracts.labels import LABELS, Task
from shared.schemas import Line, Prose, RequestShape, ResponseShape


class LabelNew(RequestShape):
    """What you say of a post. A later label of yours for the same task replaces it."""

    post_id: UUID
    revision: StrictInt | None = Field(
        default=None, ge=1, le=2**31 - 1, description="The newest analysed one where left out"
    )
    task: Task = Field(examples=[Task.SENTIMENT])
    target: Line | None = Field(
        default=None, description="Of a stance: toward whom or what", examples=["云州电力"]
    )
    label: Annotated[str, StringConstraints(max_length=32)] = Field(examples=["negative"])
    note: Prose | None = Field(default=None, examples=["反讽，其实是在抱怨停电。"])
    sampled: StrictBool = Field(
        default=False, description="The post came from `/labels/sample`: it was not chosen by you"
    )

    @model_validator(mode="after")
    def _fits_its_task(self) -> Self:
        if self.label not in LABELS[self.task]:
            known = ", ".join(LABELS[self.task])
            raise ValueError(f"{self.task} has no label {self.label!r}; it has {known}")
        if (self.task is Task.STANCE) != (self.target is not None):
            raise ValueError("a stance, and nothing else, has a target")
        return self


class ModelSaid(ResponseShape):
    """What the model had said of the same text, and which release of which engine."""

    label: str
    confidence: float
    unsure: bool
    engine: str
    release: str


class LabelOut(ResponseShape):
    """What a person said of a post. `differs`: from the model; null where it was not asked."""

    id: UUID
    post_id: UUID
    revision: int
    task: Task
    target: str | None
    label: str
    note: str | None
    sampled: bool
    labelled_by: ActorRef
    labelled_at: datetime
    state: LabelState
    ended_at: datetime | None
    model: ModelSaid | None
    differs: bool | None

    @classmethod
    def of(cls, row: Label) -> "LabelOut":
        """Read a row."""
        values = {name: getattr(row, name) for name in cls.model_fields if name in _COLUMNS}
        said = None
        if row.model_label is not None:
            said = ModelSaid.model_validate(
                {
                    "label": row.model_label,
                    "confidence": row.model_confidence,
                    "unsure": row.model_unsure,
                    "engine": row.engine,
                    "release": row.release,
                }
            )
        return cls(**values, model=said, differs=said and said.label != row.label)


_COLUMNS = frozenset(Label.__table__.columns.keys())


class DrawnPost(ResponseShape):
    """A post that waits for your label. What the model said of it is not told."""

    post_id: UUID
    revision: int


class SampleOut(ResponseShape):
    """The posts of the day for a task: of `drawn`, you have labelled `labelled`; `items` wait."""

    day: date
    task: Task
    drawn: int
    labelled: int
    items: list[DrawnPost]


class AgreementOut(ResponseShape):
    """How often the labels agree: `low` to `high` is the 95 % interval (Wilson) of `share`.

    `kappa` is the agreement beyond chance (Cohen); `confusion` leads from the model's label to the
    people's label to a count.
    """

    compared: int
    agreed: int
    share: float | None
    low: float
    high: float
    kappa: float | None
    confusion: dict[str, dict[str, int]]

    @classmethod
    def of(cls, found: Agreement) -> "AgreementOut":
        """Read what was computed."""
        return cls(
            compared=found.compared,
            agreed=found.agreed,
            share=found.share,
            low=found.low,
            high=found.high,
            kappa=found.kappa,
            confusion={first: dict(row) for first, row in found.confusion.items()},
        )


class WindowOut(AgreementOut):
    """The agreement of one release, in the week or month that begins at `begins`."""

    begins: date | None
    engine: str
    release: str


class BasisOut(ResponseShape):
    """The agreement over all, and by release and time."""

    overall: AgreementOut
    windows: list[WindowOut]


class DriftOut(ResponseShape):
    """The newest window of a release beside all before it, by a two-proportion test."""

    engine: str
    release: str
    state: DriftState
    latest: float | None
    latest_labels: int
    earlier: float | None
    earlier_labels: int
    p: float | None
    text: str
    text_zh: str

    @classmethod
    def of(cls, engine: str, release: str, found: Drift) -> "DriftOut":
        """Read what was computed."""
        latest, earlier = found.latest, found.earlier
        return cls(
            engine=engine,
            release=release,
            state=found.state,
            latest=latest.agreed / latest.compared if latest.compared else None,
            latest_labels=latest.compared,
            earlier=earlier.agreed / earlier.compared if earlier.compared else None,
            earlier_labels=earlier.compared,
            p=found.p,
            text=found.text,
            text_zh=found.text_zh,
        )


class AgreementReport(ResponseShape):
    """Model and people, and people among each other.

    `sampled` rests on posts drawn at random and is what counts. `corrections` rests on posts that
    people chose to label, mostly because the model looked wrong: it says little about the model.
    """

    task: Task
    sampled: BasisOut
    corrections: BasisOut
    among_people: AgreementOut
    drift: list[DriftOut]
