"""Endpoints of classification."""

from typing import Annotated

from fastapi import Depends

from services.analysis.classification.schemas import (
    ClassifyNew,
    ClassifyOut,
    ModelOut,
    ResultOut,
)
from services.analysis.engines.base import Item
from services.analysis.serving import Models
from shared.auth import allow
from shared.contracts.actors import Actor, Permission
from shared.http import CurrentRuntime, room_router

router = room_router("", "analysis")


async def current_models(runtime: CurrentRuntime) -> Models:
    """The models of this process."""
    models: Models = runtime.resources
    return models


ModelsNow = Annotated[Models, Depends(current_models)]
Asker = Annotated[Actor, allow(Permission.CLASSIFY)]


@router.post("/analysis/classify", operation_id="analysis_classify")
async def classify(new: ClassifyNew, models: ModelsNow, _: Asker) -> ClassifyOut:
    """Judge texts with the live model of a task, or with the one that is named."""
    items = [Item(each.text, each.target) for each in new.inputs]
    answer = await models.classify(new.task, items, model=new.model)
    return ClassifyOut(
        model=ModelOut(name=answer.model, revision=answer.revision),
        results=[
            ResultOut(
                label=verdict.label,
                confidence=verdict.confidence,
                scores={str(label): score for label, score in verdict.scores.items()},
                unsure=verdict.unsure,
            )
            for verdict in answer.verdicts
        ],
    )
