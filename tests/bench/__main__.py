"""Starts the system, takes the measures one after the other, stops it."""

import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

from tests.bench.duplicates import measure_duplicates
from tests.bench.forecast import measure_forecast
from tests.bench.latency import measure_latency
from tests.bench.models import measure_models
from tests.bench.organisations import measure_organisations
from tests.bench.posts import watches
from tests.bench.ratios import measure_ratios
from tests.bench.report import say
from tests.bench.stories import measure_stories
from tests.bench.surge import measure_surge
from tests.bench.throughput import measure_throughput
from tests.bench.under_test import UnderTest
from tests.bench.warnings import measure_warnings
from tests.bench.watches import measure_watches
from tests.house import House, said

# Measures of a part alone, without the system.
_ALONE: dict[str, Callable[[], None]] = {
    "models": measure_models,
    "surge": measure_surge,
    "stories": measure_stories,
    "duplicates": measure_duplicates,
    "watches": measure_watches,
    "forecast": measure_forecast,
    "warnings": measure_warnings,
    "organisations": measure_organisations,
}
_MEASURES: dict[str, Callable[[UnderTest], Awaitable[None]]] = {
    "throughput": measure_throughput,
    "latency": measure_latency,
    "ratios": measure_ratios,
}


async def _measure(house: House, wanted: list[str]) -> None:
    with house.client() as client:
        for watch in watches():
            said(client.post("/watches", json=watch), 201)
    async with UnderTest.open(house) as system:
        for name in wanted:
            await _MEASURES[name](system)


def main() -> None:
    """Take the measures named on the command line, or all."""
    known = [*_ALONE, *_MEASURES]
    wanted = sys.argv[1:] or known
    if unknown := set(wanted) - set(known):
        sys.exit(f"There is no bench named {', '.join(unknown)}; there are {', '.join(known)}.")
    for name in _ALONE.keys() & set(wanted):
        _ALONE[name]()
    if not (together := [name for name in wanted if name in _MEASURES]):
        return
    with tempfile.TemporaryDirectory(prefix="groundswell-bench-") as folder:
        say("Starting the system")
        with House(Path(folder)) as house:
            asyncio.run(_measure(house, together))
            say("Stopping the system")


if __name__ == "__main__":
    main()
