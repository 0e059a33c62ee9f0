"""Watches: what the monitor tells itself about their settings."""

from typing import ClassVar
from uuid import UUID

from shared.contracts.event import Event


class BacktestQueued(Event):
    """Settings of a watch wait to be tried on stored posts."""

    live: ClassVar[bool] = False

    backtest_id: UUID
