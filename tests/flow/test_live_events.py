"""What happens is told as it happens, and to nobody who may not hear it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from tests.flow.conftest import Staff
from tests.house import House, eventually, refused, said

_PATIENCE = 20.0


@contextmanager
def _listening(
    client: httpx.Client, last: str | None = None
) -> Iterator[Iterator[tuple[str, str]]]:
    """Live events of incidents, as (id, data); the first is the place where the stream begins."""
    headers = {} if last is None else {"Last-Event-ID": last}
    with client.stream(
        "GET",
        "/events",
        params={"type": "IncidentOpened"},
        headers=headers,
        timeout=httpx.Timeout(5, read=_PATIENCE),
    ) as stream:
        assert stream.status_code == 200
        yield _events(stream)


def _events(stream: httpx.Response) -> Iterator[tuple[str, str]]:
    event: dict[str, str] = {}
    for line in stream.iter_lines():
        if line:
            name, _, value = line.partition(": ")
            event[name] = value
        elif "id" in event:
            yield event["id"], event.get("data", "")
            event = {}


def _open_incident(staff: Staff, title: str) -> None:
    new = {"title": title, "summary": "By hand (sample).", "level": "blue"}
    said(staff.chair.post("/incidents", json=new), 201)


def test_a_listener_who_comes_back_has_missed_nothing(staff: Staff) -> None:
    with _listening(staff.watcher) as events:
        next(events)
        _open_incident(staff, "First (sample)")
        last, data = next(events)
        assert "First (sample)" in data
    _open_incident(staff, "Second (sample)")
    _open_incident(staff, "Third (sample)")
    with _listening(staff.watcher, last) as events:
        told = [data for _, data in (next(events) for _ in range(3)) if data]
    assert "Second (sample)" in told[0]
    assert "Third (sample)" in told[1]


def test_a_revoked_key_opens_nothing_within_seconds_and_ends_its_streams(
    house: House, staff: Staff, admin: httpx.Client
) -> None:
    guest = house.person("guest", "developer")
    key = said(admin.get("/keys", params={"user": "guest"}), 200)["items"][0]["id"]
    with _listening(guest) as events:
        next(events)
        said(admin.delete(f"/keys/{key}"), 204)
        revoked = time.monotonic()
        assert eventually(lambda: guest.get("/me").status_code == 401, 5)
        refused(guest.get("/me"), 401)
        assert list(events) == []
    assert time.monotonic() - revoked < 10
