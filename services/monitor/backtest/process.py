"""The process in which a comparison is computed: it must not take the tracker's time.

One process for each back-test, of the lowest priority; slices of posts go in, the result comes out.
"""

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

from services.monitor.backtest.comparison import Comparison
from services.monitor.backtest.replay import PastPost
from services.monitor.backtest.trial import trial_of

Settings = Mapping[str, Any]
_running: dict[int, Comparison] = {}


def open_process(
    present: Settings | None, draft: Settings, since: float, until: float
) -> ProcessPoolExecutor:
    """Starts a process with an empty comparison."""
    return ProcessPoolExecutor(
        max_workers=1,
        mp_context=get_context("spawn"),
        initializer=_begin,
        initargs=(present, draft, since, until),
    )


def _begin(present: Settings | None, draft: Settings, since: float, until: float) -> None:
    os.nice(10)
    before = None if present is None else trial_of(present)
    _running[0] = Comparison(before, trial_of(draft), since, until)


def feed(posts: Sequence[PastPost]) -> None:
    """Takes the next posts; runs in the process."""
    _running[0].feed(posts)


def result() -> dict[str, Any]:
    """Returns the comparison; runs in the process."""
    return _running[0].result()
