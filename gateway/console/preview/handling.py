"""Sample answers of response and archive."""

import hashlib
from datetime import datetime
from typing import Any

from gateway.console.preview.sample import (
    CASE,
    INCIDENT,
    SAMPLE,
    STATEMENT,
    STORY,
    WARNING,
    ago,
    person,
    sample_id,
)


def incident(now: datetime) -> dict[str, Any]:
    """The incident that is being worked on."""
    return {
        **SAMPLE["incident"],
        "id": INCIDENT,
        "number": "2026-001",
        "level": "orange",
        "state": "active",
        "incident_level": "major",
        "lead_group": "g4",
        "warning_id": WARNING,
        "story_id": STORY,
        "case_id": CASE,
        "drill": False,
        "sample": True,
        "opened_by": person("monitoring"),
        "opened_at": ago(now, 40),
        "activated_at": ago(now, 33),
        "stood_down_at": None,
        "closed_at": None,
        "version": 3,
    }


def timeline(now: datetime) -> list[dict[str, Any]]:
    """What happened so far."""
    return [
        {
            "id": sample_id("1e", number),
            "happened_at": ago(now, entry["ago"]),
            "kind": entry["kind"],
            "facts": entry["facts"] | ({"by": person(entry["by"])} if "by" in entry else {}),
        }
        for number, entry in enumerate(SAMPLE["timeline"])
    ]


def commands(now: datetime) -> list[dict[str, Any]]:
    """Commands: one in hand, one not received yet, one done."""
    return [_command(item, number, now) for number, item in enumerate(SAMPLE["commands"], start=1)]


def _command(command: dict[str, Any], number: int, now: datetime) -> dict[str, Any]:
    received, done = command["state"] != "issued", "report" in command
    return {
        "report": None,
        **command,
        "id": sample_id("1b", number),
        "incident_id": INCIDENT,
        "issued_by": person("leader"),
        "issued_at": ago(now, command["issued"]),
        "due_at": ago(now, command["due"]),
        "acknowledged_by": person("press") if received else None,
        "acknowledged_at": ago(now, command["issued"] - 2) if received else None,
        "completed_by": person("grid") if done else None,
        "completed_at": ago(now, 12) if done else None,
    }


def assessments(now: datetime) -> list[dict[str, Any]]:
    """How it was judged."""
    return [
        {
            **SAMPLE["assessment"],
            "id": sample_id("1f"),
            "assessed_by": person("monitoring"),
            "assessed_at": ago(now, 36),
        }
    ]


def statement(now: datetime) -> dict[str, Any]:
    """A statement that waits for approval."""
    title = SAMPLE["statement"]["title"]
    versions = [
        {
            "version": number,
            "title": title,
            "text": text,
            "sha256": hashlib.sha256(f"{title}\n\n{text}".encode()).hexdigest(),
            "written_by": person("press"),
            "written_at": ago(now, 24 - 8 * number),
        }
        for number, text in enumerate(SAMPLE["statement"]["texts"], start=1)
    ]
    steps = [
        {**step, "by": person(step["by"]), "at": ago(now, step["ago"])} if "by" in step else step
        for step in SAMPLE["statement"]["steps"]
    ]
    return {
        **versions[-1],
        "id": STATEMENT,
        "incident_id": INCIDENT,
        "kind": "holding",
        "state": "approval",
        "waiting_for": "approval",
        "versions": versions,
        "steps": steps,
        "publications": [],
    }


def case(now: datetime) -> dict[str, Any]:
    """The case file, still open."""
    return {
        "id": CASE,
        "incident_id": INCIDENT,
        "number": "2026-001",
        "title": SAMPLE["incident"]["title"],
        "state": "open",
        "records": len(SAMPLE["timeline"]),
        "head": hashlib.sha256(b"sample").hexdigest(),
        "drill": False,
        "sample": True,
        "opened_at": ago(now, 40),
        "sealed_at": None,
        "completeness": [
            {
                "stage": stage,
                "present": missing is None,
                "excused": False,
                "missing": [f"sample: {stage}"] if missing else [],
                "missing_zh": [missing] if missing else [],
                "grounds": "",
            }
            for stage, missing in SAMPLE["completeness"].items()
        ],
    }


def records(now: datetime) -> list[dict[str, Any]]:
    """The records of the case file."""
    return [
        {
            "sequence": number,
            "kind": entry["kind"],
            "room": "response",
            "occurred_at": entry["happened_at"],
            "actor": entry["facts"].get("by"),
            "content": entry["facts"],
            "chain": hashlib.sha256(f"sample-{number}".encode()).hexdigest(),
        }
        for number, entry in enumerate(timeline(now), start=1)
    ]
