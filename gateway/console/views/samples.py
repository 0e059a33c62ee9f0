"""Sample data are marked wherever they are shown: what a sample watch found is sample too."""

from collections.abc import Iterable, Mapping
from typing import Any


def marked(
    things: Iterable[Mapping[str, Any]], watches: Iterable[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Stories and posts with `sample` set where only sample watches led to them."""
    sample = {str(watch.get("id")) for watch in watches if watch.get("sample")}
    return [dict(thing) | {"sample": _is_sample(thing, sample)} for thing in things]


def _is_sample(thing: Mapping[str, Any], sample: set[str]) -> bool:
    if thing.get("sample"):
        return True
    found_by = thing.get("watch_ids") or [thing.get("watch_id")]
    return all(str(watch) in sample for watch in found_by)
