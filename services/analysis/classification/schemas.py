"""Shapes of the classification API."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from shared.contracts.labels import Task
from shared.schemas import RequestShape

MOST_INPUTS = 1_000


class InputNew(BaseModel):
    """A text to judge; a stance needs a target."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(max_length=100_000, examples=["停电两小时了，客服电话一直打不通。"])
    target: Annotated[str, StringConstraints(min_length=1, max_length=500)] | None = Field(
        default=None, examples=["云州电力"]
    )


class ClassifyNew(RequestShape):
    """Texts to judge for one task."""

    task: Task = Field(examples=[Task.SENTIMENT])
    inputs: list[InputNew] = Field(min_length=1, max_length=MOST_INPUTS)
    model: str | None = Field(
        default=None,
        max_length=200,
        description="The live model of the task where left out; else NAME or NAME@REVISION of one "
        "in service",
    )


class ResultOut(BaseModel):
    """One answer: `scores` sum to 1, `confidence` is the score of `label`."""

    label: str
    confidence: float
    scores: dict[str, float]
    unsure: bool


class ModelOut(BaseModel):
    """Which release answered."""

    name: str
    revision: str


class ClassifyOut(BaseModel):
    """One result for each input, in order."""

    model: ModelOut
    results: list[ResultOut]
