"""The sample, and the times in it."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

SAMPLE: dict[str, Any] = yaml.safe_load(
    (Path(__file__).parent / "sample.yaml").read_text(encoding="utf-8")
)


def sample_id(kind: str, number: int = 1) -> str:
    """An id that says what it stands for: `kind` is two hexadecimal digits."""
    return f"01936f00-0000-7000-8000-0000{kind}{number:06x}"


STORY, WARNING, WATCH, POST = (sample_id(kind) for kind in ("0a", "0b", "0c", "0d"))
INCIDENT, COMMAND, STATEMENT, CASE = (sample_id(kind) for kind in ("1a", "1b", "1c", "1d"))


def ago(now: datetime, minutes: float) -> str:
    """So many minutes before `now`."""
    return (now - timedelta(minutes=minutes)).isoformat()


def person(name: str) -> dict[str, str]:
    """Somebody, as records remember them."""
    return {"id": f"user:sample-{name}", "name": SAMPLE["people"][name], "kind": "person"}
