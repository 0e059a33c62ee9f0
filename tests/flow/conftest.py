"""One real system for all tests of the flow, and one matter that people handle in it.

The matter goes from the first post to the sealed case file; each stage is a fixture that builds on
the one before, so that any test can begin at any stage. All of it is made up.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.house import House, eventually, said

_LAST = Path(__file__).with_name("test_openapi.py")

GROUP = "release"
# Name of the person, which is also what they do, and their role.
_ROLES = {
    "connector": "connector",
    "watcher": "monitoring_officer",
    "chair": "leader",
    "member": "leader",
    "writer": "press_officer",
    "department": "department_reviewer",
    "lawyer": "legal_reviewer",
    "auditor": "auditor",
}
# Posts in three waves, and the level that each brings the warning to.
WAVES = ((20, "blue"), (40, "yellow"), (80, "orange"))
GOOD_POST = {
    "external_id": "good-1",
    "platform": "weibo",
    "text": "好",
    "published_at": "2026-11-01T21:04:00+08:00",
}
_PLACES = ("城东店", "望湖店", "学府店", "翠堤店", "老码头店", "北门店", "锦绣店")
_WORDS = (
    "喝着有股怪味",
    "孩子喝了就吐",
    "变质了还在卖",
    "退货没人理",
    "太恶心了",
    "客服电话打不通",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What the property test leaves behind (watches on all sorts of words) would meet the posts of
    the others: it comes last."""
    items.sort(key=lambda item: item.path == _LAST)


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The real system; at the end it is stopped, and must leave nothing behind."""
    with House(tmp_path_factory.mktemp("house")) as house:
        yield house


@pytest.fixture(scope="session")
def admin(house: House) -> httpx.Client:
    """The way of the first administrator to the API."""
    return house.client()


@pytest.fixture
def goes_on(admin: httpx.Client) -> Iterator[None]:
    """Whatever happens in the test, a good post is taken afterwards."""
    yield
    # The same name is the same post: it is accepted once, and known from then on.
    answer = said(admin.post("/posts/bulk", json={"posts": [GOOD_POST]}), 202)
    assert answer["results"][0]["status"] in ("accepted", "duplicate")


@dataclass(frozen=True)
class Staff:
    """Everybody's own way to the API."""

    connector: httpx.Client
    watcher: httpx.Client
    chair: httpx.Client
    member: httpx.Client
    writer: httpx.Client
    department: httpx.Client
    lawyer: httpx.Client
    auditor: httpx.Client


@pytest.fixture(scope="session")
def staff(house: House, admin: httpx.Client) -> Staff:
    """One person for each role; the writer is in the group that carries out commands."""
    group = {"name": "Release group (sample)", "name_zh": "发布组（示例）", "members": ["writer"]}
    said(admin.put(f"/groups/{GROUP}", json=group | {"sample": True}), 201)
    return Staff(
        **{
            name: house.person(name, role, groups=(GROUP,) if name == "writer" else ())
            for name, role in _ROLES.items()
        }
    )


@pytest.fixture(scope="session")
def watch(staff: Staff) -> dict[str, Any]:
    """A watch that warns early, and by the amount of posts alone."""
    new = {
        "name": "Milk (sample)",
        "expression": "青禾牛奶 AND (怪味 OR 吐 OR 变质 OR 退货 OR 恶心 OR 客服)",
        "targets": ["青禾牛奶（示例）"],
        "thresholds": {
            "heat": {"blue": 8, "yellow": 30, "orange": 80, "red": 5_000},
            "aggravation": 1,
        },
        "sample": True,
    }
    return said(staff.watcher.post("/watches", json=new), 201)


def complaints(count: int, start: int = 0) -> list[dict[str, Any]]:
    """Posts of one matter, each in words of its own, published just now, one a second."""
    now = datetime.now(UTC)
    words = "{}的青禾牛奶{}，{} 号 #青禾牛奶异味#"
    return [
        {
            "external_id": f"milk-{number}",
            "platform": ("weibo", "forum", "news")[number % 3],
            "text": words.format(_PLACES[number % 7], _WORDS[number % 6], number),
            "published_at": (now - timedelta(seconds=start + count - number)).isoformat(),
            "author": f"reader-{number}",
        }
        for number in range(start, start + count)
    ]


@pytest.fixture(scope="session")
def climb(staff: Staff, watch: dict[str, Any]) -> list[dict[str, Any]]:
    """The warning as it stood after each wave of posts."""
    seen: list[dict[str, Any]] = []
    start = 0
    for count, level in WAVES:
        sent = said(
            staff.connector.post("/posts/bulk", json={"posts": complaints(count, start)}), 202
        )
        assert sent["accepted"] == count
        start += count

        def reached(level: str = level) -> dict[str, Any] | None:
            found = said(staff.watcher.get("/warnings"), 200)["items"]
            mine = [one for one in found if one["watch_id"] == watch["id"]]
            assert len(mine) <= 1
            return mine[0] if mine and mine[0]["level"] == level else None

        seen.append(eventually(reached))
    return seen


@pytest.fixture(scope="session")
def incident(staff: Staff, climb: list[dict[str, Any]]) -> str:
    """The id of the incident that the warning opened."""
    warning = climb[-1]["id"]

    def opened() -> str | None:
        found: str | None = said(staff.chair.get(f"/warnings/{warning}"), 200)["incident_id"]
        return found

    return str(eventually(opened))


@pytest.fixture(scope="session")
def command(staff: Staff, incident: str) -> dict[str, Any]:
    """A command of the active response, carried out by a member of its group."""
    judged = {
        "level": "major",
        "what_happened": "A batch of milk smells (sample).",
        "impact": "Three shops, no illness confirmed (sample).",
        "credibility": "medium",
    }
    activation = {"level": "major", "lead_group": GROUP, "grounds": "It grows quickly (sample)."}
    order = {"group": GROUP, "text": "Draft a first statement (sample)."}
    said(staff.chair.post(f"/incidents/{incident}/activate", json=activation), 409)
    said(staff.watcher.post(f"/incidents/{incident}/assessments", json=judged), 201)
    said(staff.chair.post(f"/incidents/{incident}/activate", json=activation), 200)
    issued = said(staff.chair.post(f"/incidents/{incident}/commands", json=order), 201)
    at = f"/commands/{issued['id']}"
    said(staff.writer.post(f"{at}/complete", json={"report": "Done (sample)."}), 409)
    said(staff.department.post(f"{at}/acknowledge"), 403)
    said(staff.writer.post(f"{at}/acknowledge"), 200)
    return said(staff.writer.post(f"{at}/complete", json={"report": "Done (sample)."}), 200)


@pytest.fixture(scope="session")
def statement(staff: Staff, incident: str, command: dict[str, Any]) -> dict[str, Any]:
    """A statement by four people, public on the console channel."""
    draft = {"title": "About our milk (sample)", "text": "We test the batch tonight (sample)."}
    made = said(staff.writer.post(f"/incidents/{incident}/statements", json=draft), 201)
    at, signed = f"/statements/{made['id']}", {"sha256": made["sha256"]}
    said(staff.writer.post(f"{at}/submit"), 200)
    for reviewer, review in ((staff.department, "department"), (staff.lawyer, "legal")):
        passed = signed | {"review": review, "passed": True}
        said(reviewer.post(f"{at}/reviews", json=passed), 200)
    said(staff.member.post(f"{at}/approve", json=signed), 200)
    said(staff.writer.post(f"{at}/publish", json=signed | {"channels": ["console"]}), 202)
    return eventually(
        lambda: now if (now := said(staff.writer.get(at), 200))["state"] == "published" else None
    )


@pytest.fixture(scope="session")
def case(staff: Staff, incident: str, statement: dict[str, Any]) -> dict[str, Any]:
    """The sealed case file of the incident, after the response was stood down and closed, and what
    it was about began to be followed: that is its last record."""
    at = f"/incidents/{incident}"
    said(staff.chair.post(f"{at}/close", json={"outcome": "Too early (sample)."}), 409)
    said(staff.chair.post(f"{at}/stand-down", json={"grounds": "It is quiet (sample)."}), 200)
    said(staff.chair.post(f"{at}/close", json={"outcome": "Batch withdrawn (sample)."}), 200)

    def sealed() -> dict[str, Any] | None:
        found = said(staff.auditor.get("/cases", params={"incident_id": incident}), 200)["items"]
        return found[0] if found and found[0]["state"] == "sealed" else None

    at = f"/cases/{eventually(sealed)['id']}"

    def is_followed() -> bool:
        records = said(staff.auditor.get(f"{at}/records", params={"limit": 500}), 200)["items"]
        return any(record["kind"] == "FollowUpBegan" for record in records)

    eventually(is_followed)
    return said(staff.auditor.get(at), 200)
