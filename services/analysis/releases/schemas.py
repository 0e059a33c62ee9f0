"""Shapes of the models API."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.analysis.releases.figures import Evaluation, Figures
from services.analysis.releases.models import RecomputationState, ReleaseState
from services.analysis.releases.telling import EngineTold, FailureTold, ProcessOut
from services.analysis.sources import SourceKind
from shared.contracts.actors import ActorRef
from shared.contracts.labels import Task
from shared.schemas import Line, Moment, RequestShape, ResponseShape

MOST_ROWS = 1_000

Reason = Annotated[Line, Field(examples=["Agreed with the monitoring group on 20 November."])]


class ReleaseOut(ResponseShape):
    """A model in one revision, registered for one task."""

    id: UUID
    name: str
    task: Task
    kind: SourceKind
    location: str = Field(description="A folder below the models folder, a name, or an address")
    revision: str = Field(description="What opinions keep: one name and revision, one answer")
    origin: str = Field(description="Where it was registered from, with the commit of a hub")
    labels: dict[str, str] = Field(description="The model's labels -> ours, where they were said")
    files_hash: str | None = Field(description="SHA-256 over its files; null: it has none here")
    state: ReleaseState
    registered_by: ActorRef
    registered_at: datetime


class RowNew(BaseModel):
    """A text with its right label. `language`, `platform` and `source` tell figures apart."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(max_length=20_000, examples=["停电两小时了，客服电话一直打不通。"])
    label: str = Field(max_length=40, examples=["negative"])
    target: Annotated[str, StringConstraints(min_length=1, max_length=500)] | None = None
    language: str | None = Field(default=None, max_length=20)
    platform: str | None = Field(default=None, max_length=64)
    source: str | None = Field(default=None, max_length=64)


class EvaluateNew(RequestShape):
    """Labelled rows to measure a release on. Larger files: `groundswell model evaluate`."""

    rows: list[RowNew] = Field(min_length=1, max_length=MOST_ROWS)
    name: Line = Field(default="rows", description="What the rows are called in the report")
    against_live: bool = Field(default=True, description="Measure the live model on them too")


class PromoteNew(RequestShape):
    """Why a release becomes live; needed where the gate was not passed."""

    reason: Reason | None = None


class RollBackNew(RequestShape):
    """Which task goes back to the model before, and why."""

    task: Task = Field(examples=[Task.SENTIMENT])
    reason: Reason | None = None


class ShadowNew(RequestShape):
    """How many of the posts a release judges unheard."""

    share: float = Field(ge=0, le=1, description="Of all posts; 0 ends the run", examples=[0.1])


class RecomputationNew(RequestShape):
    """Which posts get their opinions anew: those published in [since, until)."""

    since: Moment | None = None
    until: Moment | None = None


class ClassOut(BaseModel):
    """One label: how many rows have it, how many were given it, and how right that was."""

    label: str
    precision: float
    recall: float
    f1: float
    support: int
    said: int


class MeasureOut(BaseModel):
    """One model on all rows. Shares are between 0 and 1; `confusion` has a line for each right
    label, with the counts of what was said."""

    name: str
    revision: str
    accuracy: float
    macro_f1: float
    macro_recall: float
    calibration_error: float
    accuracy_at_80: float = Field(description="Accuracy on the 80 % it is most confident of")
    unsure: float
    classes: list[ClassOut]
    confusion: list[list[int]]

    @classmethod
    def of(
        cls, labels: tuple[str, ...], name: str, revision: str, figures: Figures
    ) -> "MeasureOut":
        """The figures of one model, with the names of the labels."""
        return cls(
            name=name,
            revision=revision,
            **{field: getattr(figures, field) for field in _COPIED},
            classes=[
                ClassOut(label=label, **asdict(each))
                for label, each in zip(labels, figures.classes, strict=True)
            ],
            confusion=[list(line) for line in figures.confusion],
        )


_COPIED = (
    "accuracy",
    "macro_f1",
    "macro_recall",
    "calibration_error",
    "accuracy_at_80",
    "unsure",
)


class EvaluationOut(ResponseShape):
    """How a release did on labelled rows, beside the model that was live then."""

    id: UUID
    release_id: UUID
    file_name: str
    file_hash: str = Field(description="SHA-256 of the rows")
    rows: int
    measured: MeasureOut
    baseline: MeasureOut | None
    p: float | None = Field(description="McNemar: how likely such a difference is by chance")
    passed: bool = Field(description="Whether it passes the gate")
    findings: list[str] = Field(description="What speaks against it")
    evaluated_by: ActorRef
    evaluated_at: datetime

    @classmethod
    def of(cls, record: Any) -> "EvaluationOut":
        """An evaluation from its row."""
        found = Evaluation.model_validate(record.figures)
        beside = found.baseline
        return cls(
            id=record.id,
            release_id=record.release_id,
            file_name=record.file_name,
            file_hash=record.file_hash,
            rows=record.rows,
            measured=MeasureOut.of(
                found.labels, found.model.name, found.model.revision, found.figures
            ),
            baseline=(
                MeasureOut.of(found.labels, beside.name, beside.revision, found.baseline_figures)
                if beside and found.baseline_figures
                else None
            ),
            p=found.test.p if found.test else None,
            passed=record.passed,
            findings=record.findings,
            evaluated_by=record.evaluated_by,
            evaluated_at=record.evaluated_at,
        )


class PromotionOut(ResponseShape):
    """A change of the live model: a promotion, or a roll-back where `undone_id` is set."""

    id: UUID
    task: Task
    release_id: UUID | None = Field(description="Null: the model of the settings")
    undone_id: UUID | None
    evaluation_id: UUID | None
    passed: bool = Field(description="Whether the gate was passed")
    findings: list[str]
    reason: str | None
    promoted_by: ActorRef
    promoted_at: datetime


class PairOut(BaseModel):
    """How often the live model said one label and the shadow another, or the same."""

    live: str
    shadow: str
    posts: int


class DifferenceOut(ResponseShape):
    """A post on which the two differ."""

    post_id: UUID
    revision: int
    live_label: str
    live_confidence: float
    shadow_label: str
    shadow_confidence: float


class ShadowOut(ResponseShape):
    """A run of a release beside the live one."""

    id: UUID
    release_id: UUID
    task: Task
    share: float
    judged: int
    started_by: ActorRef
    started_at: datetime
    ended_at: datetime | None


class ShadowReport(ShadowOut):
    """A shadow run, and how far the two models agree."""

    agreement: float | None = Field(description="Null: nothing was judged yet")
    pairs: list[PairOut]
    differences: list[DifferenceOut] = Field(
        description="Up to 50 of the posts, those that the shadow is most confident of"
    )


class RecomputationOut(ResponseShape):
    """Opinions given anew, and how far that got."""

    id: UUID
    since: datetime | None
    until: datetime | None
    state: RecomputationState
    total: int | None = Field(description="Posts in all; null until they are counted")
    done: int
    judged: int = Field(description="Of those: posts that had no opinion of the live models yet")
    asked_by: ActorRef
    asked_at: datetime
    finished_at: datetime | None


class ModelInService(EngineTold):
    """A model that runs in the process that answers."""

    live_for: list[Task] = Field(description="Tasks it answers where no model is named")


class TaskModels(BaseModel):
    """What answers for a task by the record, and what looks on."""

    task: Task
    name: str = Field(description="Of the model that answers in this process")
    revision: str
    device: str
    release: ReleaseOut | None = Field(description="Null: the model of the settings")
    promotion: PromotionOut | None
    shadow: ShadowOut | None


class ModelsOut(BaseModel):
    """The models in service: in this process (`items`), by task, and in every process."""

    items: list[ModelInService]
    tasks: list[TaskModels]
    failures: list[FailureTold] = Field(description="Models that some process cannot open")
    processes: list[ProcessOut]
