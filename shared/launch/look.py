"""`groundswell status`: what runs, where, and how it does."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from shared.engines.engine import is_running
from shared.engines.home import Home, read_json
from shared.engines.locks import is_held
from shared.launch.probes import ask_all
from shared.launch.record import Record, read_record, run_lock


@dataclass(frozen=True)
class Part:
    """One engine or process. `state` is `ready`, or why it is not; `pid` 0: not ours, or away."""

    name: str
    state: str
    pid: int
    port: int
    restarts: int = 0


@dataclass(frozen=True)
class Outlook:
    """The whole system of one data folder."""

    home: str
    running: bool
    address: str
    parts: list[Part]

    @property
    def healthy(self) -> bool:
        """Everything runs and is ready."""
        return self.running and all(part.state in ("ready", "given") for part in self.parts)


def look(home: Home) -> Outlook:
    """See what runs in a data folder, and ask every process how it does."""
    running = is_held(run_lock(home))
    record = read_record(home) if running else None
    parts = _engines(home, record) + (_processes(record) if record else [])
    address = record.address if record else ""
    return Outlook(str(home.path), running and record is not None, address, parts)


def _engines(home: Home, record: Record | None) -> list[Part]:
    kept: dict[str, Any] = read_json(home.engines_state).get("engines", {})
    ours = [
        Part(
            name,
            "ready" if is_running(engine["pid"], engine["marker"]) else "does not run",
            engine["pid"],
            engine["port"],
        )
        for name, engine in kept.items()
    ]
    return ours + [Part(name, "given", 0, 0) for name in (record.given if record else ())]


def _processes(record: Record) -> list[Part]:
    urls = {one.name: f"http://127.0.0.1:{one.port}" for one in record.processes}
    answers = asyncio.run(ask_all(urls))
    return [
        Part(one.name, answers[one.name], one.pid, one.port, one.restarts)
        for one in record.processes
    ]
