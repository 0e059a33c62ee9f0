"""A process that dies is started again, and what was sent meanwhile is not lost."""

import os
import signal
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from tests.flow.conftest import Staff
from tests.house import House, eventually, said


@pytest.fixture(scope="module")
def bread(staff: Staff) -> str:
    """The id of a watch of this file's own."""
    new = {"name": "Bread (sample)", "expression": "麦田面包", "sample": True}
    return str(said(staff.watcher.post("/watches", json=new), 201)["id"])


@pytest.mark.parametrize("name", ["gateway", "monitor", "monitor-worker", "analysis-worker"])
def test_a_killed_process_comes_back_and_the_work_is_done(
    house: House, staff: Staff, bread: str, name: str
) -> None:
    killed = house.pids[name]
    os.kill(killed, signal.SIGKILL)
    post = {
        "external_id": f"after-{name}",
        "platform": "weibo",
        "text": f"麦田面包发霉：{name}",
        "published_at": datetime.now(UTC).isoformat(),
    }

    def taken() -> dict[str, Any] | None:
        try:
            answer = staff.connector.post("/posts/bulk", json={"posts": [post]})
        except httpx.TransportError:
            return None
        return None if answer.status_code in (503, 504) else said(answer, 202)["results"][0]

    def followed() -> bool:
        shown = said(staff.watcher.get(f"/posts/{stored}"), 200)
        return bread in shown["watch_ids"] and shown["opinion"] is not None

    stored = eventually(taken)["id"]
    assert eventually(followed)
    assert eventually(lambda: house.pids[name] not in (0, killed))
