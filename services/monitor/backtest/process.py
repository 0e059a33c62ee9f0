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


class SettingsError(Exception):
    """The settings of a watch make no trial: what they name may have changed since."""


def open_process() -> ProcessPoolExecutor:
    """Starts a process of the lowest priority."""
    return ProcessPoolExecutor(
        max_workers=1, mp_context=get_context("spawn"), initializer=os.nice, initargs=(10,)
    )


def begin(present: Settings | None, draft: Settings, since: float, until: float) -> None:
    """Begins an empty comparison; runs in the process. Raises SettingsError."""
    try:
        before = None if present is None else trial_of(present)
        after = trial_of(draft)
    except (ValueError, TypeError, AttributeError) as error:
        # What is raised crosses to the other process, where not every class can be made anew.
        raise SettingsError(str(error)) from None
    _running[0] = Comparison(before, after, since, until)


def feed(posts: Sequence[PastPost]) -> None:
    """Takes the next posts; runs in the process."""
    _running[0].feed(posts)


def result() -> dict[str, Any]:
    """Returns the comparison; runs in the process."""
    return _running[0].result()
