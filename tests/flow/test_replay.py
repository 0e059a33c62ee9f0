"""A real cascade, played through the public API as fast as it is taken."""

import gzip
import json
import re
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.flow.conftest import Staff
from tests.house import REPOSITORY, House, eventually, said

_EVENTS = REPOSITORY.parent / "shared" / "data" / "cascades" / "events.jsonl.gz"
# Dense enough to be orange by the usual thresholds.
_SMALLEST, _LARGEST, _HOUR = 500, 800, 3_600
_PHRASE = re.compile(r"[\u4e00-\u9fff]{5,12}")


@dataclass(frozen=True)
class Cascade:
    """An event of the file: its posts by external id, and words that they all have."""

    id: str
    posts: frozenset[str]
    phrase: str


@pytest.fixture(scope="module")
def cascade() -> Cascade:
    """The first event that is large and quick enough."""
    if not _EVENTS.exists():
        pytest.skip("the recorded cascades are not on this machine (../shared/data/cascades)")
    with gzip.open(_EVENTS, "rt", encoding="utf-8") as lines:
        for event in map(json.loads, lines):
            quick = sum(seconds < _HOUR for seconds, _, _ in event["posts"])
            phrases = _PHRASE.findall(event["text"])
            if quick >= _SMALLEST and len(event["posts"]) <= _LARGEST and phrases:
                break
    name = str(event["id"])
    reposts = (f"{name}-{index}" for index in range(len(event["posts"])))
    return Cascade(name, frozenset([name, *reposts]), max(phrases, key=len))


@pytest.fixture(scope="module")
def replayed(house: House, staff: Staff, cascade: Cascade) -> tuple[str, dict[str, Any]]:
    """The id of a watch on the cascade, and what `groundswell replay` said of it."""
    new = {"name": "Cascade (sample)", "expression": f'"{cascade.phrase}"', "sample": True}
    watch = said(staff.watcher.post("/watches", json=new), 201)["id"]
    return watch, _replay(house, cascade)


def _replay(house: House, cascade: Cascade) -> dict[str, Any]:
    done = house.run("replay", str(_EVENTS), "--event", cascade.id, "--speed", "0", "--json")
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def test_every_post_is_accepted(cascade: Cascade, replayed: tuple[str, dict[str, Any]]) -> None:
    assert replayed[1]["accepted"] == len(cascade.posts) >= _SMALLEST
    assert replayed[1]["rejected"] == 0


def test_every_post_is_stored_exactly_once(
    house: House, staff: Staff, cascade: Cascade, replayed: tuple[str, dict[str, Any]]
) -> None:
    # A second time changes nothing.
    assert _replay(house, cascade)["duplicate"] == len(cascade.posts)
    matched = eventually(
        lambda: (
            found
            if len(found := _all_posts(staff.watcher, replayed[0])) >= len(cascade.posts)
            else None
        )
    )
    assert sorted(matched) == sorted(cascade.posts)


def test_it_raises_a_warning_with_its_reason_and_opens_an_incident(
    staff: Staff, replayed: tuple[str, dict[str, Any]]
) -> None:
    def warned() -> dict[str, Any] | None:
        found = said(staff.watcher.get("/warnings"), 200)["items"]
        mine = [one for one in found if one["watch_id"] == replayed[0] and one["incident_id"]]
        return mine[0] if mine else None

    warning = eventually(warned)
    assert warning["peak_level"] in ("orange", "red")
    assert all(reason["text"] and reason["text_zh"] for reason in warning["reasons"])
    incident = said(staff.chair.get(f"/incidents/{warning['incident_id']}"), 200)
    assert incident["warning_id"] == warning["id"]
    assert incident["opened_by"]["kind"] == "system"


def _all_posts(client: httpx.Client, watch: str) -> list[str]:
    """The external ids of all posts that a watch matched, page by page."""
    found: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = said(client.get("/posts", params={"watch": watch, "limit": 200, **cursor}), 200)
        found += [post["external_id"] for post in page["items"]]
        if page["next_cursor"] is None:
            return found
        cursor = {"cursor": page["next_cursor"]}
