"""Models in service as people see them: each once, however many processes run it."""

from collections.abc import Iterable, Mapping
from typing import Any

Told = Mapping[str, Any]


def in_service(body: Told) -> list[dict[str, Any]]:
    """Each model with what all processes of the room say of it: the queues and restarts add up, the
    load is that of the busiest. Those that answer for a task come first."""
    processes = [process.get("told") or {} for process in body.get("processes") or ()]
    answers = {_key(item): item.get("live_for") or [] for item in body.get("items") or ()}
    told = [engine for process in processes for engine in process.get("engines") or ()]
    found: dict[tuple[Any, Any], list[Told]] = {}
    for engine in told or body.get("items") or ():
        found.setdefault(_key(engine), []).append(engine)
    rows = [_row(same, answers.get(key, [])) for key, same in found.items()]
    return sorted(rows, key=lambda row: (-len(row["live_for"]), str(row.get("name"))))


def failures(body: Told) -> list[Told]:
    """What cannot be opened, each told once."""
    told = {
        (failure.get("location"), failure.get("error")): failure
        for failure in body.get("failures") or ()
    }
    return list(told.values())


def shadows(body: Told) -> dict[str, Told]:
    """The shadow runs under way, by the release that runs unheard."""
    runs = (task.get("shadow") for task in body.get("tasks") or ())
    return {str(run["release_id"]): run for run in runs if run and run.get("release_id")}


def _key(engine: Told) -> tuple[Any, Any]:
    return engine.get("name"), engine.get("revision")


def _row(same: list[Told], live_for: Iterable[str]) -> dict[str, Any]:
    first = same[0]
    loads = [engine["load"] for engine in same if isinstance(engine.get("load"), int | float)]
    restarts = [engine["restarts"] for engine in same if "restarts" in engine]
    return {
        "name": first.get("name"),
        "revision": first.get("revision"),
        "devices": sorted({str(engine["device"]) for engine in same if engine.get("device")}),
        "live_for": list(live_for),
        "load": max(loads, default=None),
        "waiting": sum(sum((engine.get("waiting") or {}).values()) for engine in same),
        "restarts": sum(restarts) if restarts else None,
        "stuck": any(engine.get("stuck") for engine in same),
    }
