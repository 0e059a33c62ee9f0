"""Payloads only grow: one written by every earlier version still loads.

`payloads/<version>.json` holds a payload of each event as that version wrote it. Never change one;
when an event gains a field, add a file.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from shared.contracts import EVENTS, ROUTES

FOLDER = Path(__file__).parent / "payloads"
SAMPLES: list[tuple[str, str, dict[str, Any]]] = [
    (path.stem, name, payload)
    for path in sorted(FOLDER.glob("*.json"))
    for name, payload in json.loads(path.read_text("utf-8")).items()
]


@pytest.mark.parametrize(
    ("version", "name", "payload"),
    SAMPLES,
    ids=[f"{name}-{version}" for version, name, _ in SAMPLES],
)
def test_an_old_payload_loads_and_says_the_same(
    version: str, name: str, payload: dict[str, Any]
) -> None:
    event = EVENTS[name].model_validate_json(json.dumps(payload))
    written = event.model_dump(mode="json")
    assert {key: written[key] for key in payload} == payload


@pytest.mark.parametrize("name", sorted(event.__name__ for event in ROUTES))
def test_every_event_has_a_sample(name: str) -> None:
    assert name in {sample for _, sample, _ in SAMPLES}


@pytest.mark.parametrize("name", sorted(EVENTS))
def test_a_field_of_a_newer_version_is_passed_over(name: str) -> None:
    payload = next(payload for _, sample, payload in SAMPLES if sample == name)
    EVENTS[name].model_validate(payload | {"a_field_of_tomorrow": 1})
