"""Shapes of the API of shadows."""

from datetime import datetime
from typing import Any, Self
from uuid import UUID

from pydantic import Field, model_validator

from services.monitor.backtest.schemas import BacktestOut
from services.monitor.shadows.models import ShadowOutcome
from services.monitor.warnings.schemas import ThresholdsIn
from services.monitor.watches.tokens import MAX_LENGTH
from shared.contracts.actors import ActorRef
from shared.schemas import RequestShape, ResponseShape


class ShadowNew(RequestShape):
    """Settings to put beside the live ones; what is left out stays as it is."""

    expression: str | None = Field(
        default=None, min_length=1, max_length=MAX_LENGTH, examples=["云州电力 AND 停电"]
    )
    thresholds: ThresholdsIn | None = Field(
        default=None, description="All that shall differ from the defaults"
    )

    @model_validator(mode="after")
    def _differs(self) -> Self:
        if self.expression is None and self.thresholds is None:
            raise ValueError("an expression or thresholds are needed: the rest is as it is")
        return self


class ShadowOut(ResponseShape):
    """Settings in shadow. `comparison`: what they would have warned of since they were started,
    beside the live ones; made anew while the shadow stands."""

    id: UUID
    watch_id: UUID
    expression: str | None
    thresholds: dict[str, Any] | None
    started_by: ActorRef
    started_at: datetime
    outcome: ShadowOutcome | None
    ended_by: ActorRef | None
    ended_at: datetime | None
    comparison: BacktestOut | None = None
