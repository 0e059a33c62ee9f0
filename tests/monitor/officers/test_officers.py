"""Opinion officers: who they are, that their reports are theirs, and what these were worth."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import text

from shared.contracts.actors import Permission
from tests.conftest import RoomClient, make_actor
from tests.monitor.conftest import MakePost, send

OFFICERS = "/api/v1/officers"
STAFF = "/api/v1/reports/staff"
OFFICER = make_actor("officer", Permission.SEND_REPORTS)


async def registered(room: RoomClient, **changes: object) -> dict[str, Any]:
    new = {"name": "Officer", "user_id": "user:officer", "unit": "客服", "since": "2026-01-01"}
    answer = await room.post(OFFICERS, new | changes)
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def told(room: RoomClient, words: str) -> dict[str, Any]:
    answer = await room.post(STAFF, {"text": words}, actor=OFFICER)
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def standing(room: RoomClient) -> dict[str, Any]:
    (found,) = (await room.get(f"{OFFICERS}/standings")).json()["items"]
    return dict(found)


async def test_what_an_officer_reports_is_an_officers_report_while_they_are_one(
    monitor: RoomClient,
) -> None:
    officer = await registered(monitor)
    await told(monitor, "第一件")
    (seen,) = (await monitor.get(STAFF)).json()["items"]
    assert (seen["kind"], seen["tellings"][0]["officer_id"]) == ("officer_report", officer["id"])
    left = {"name": "Officer", "user_id": "user:officer", "active": False}
    path = f"{OFFICERS}/{officer['id']}"
    assert (await monitor.call("PUT", path, json=left)).status_code == 428
    etag = (await monitor.get(path)).headers["etag"]
    done = await monitor.call("PUT", path, json=left, headers={"If-Match": etag})
    assert done.status_code == 200, done.text
    stale = await monitor.call("PUT", path, json=left, headers={"If-Match": etag})
    assert stale.status_code == 412
    await told(monitor, "第二件")
    assert (await monitor.get(STAFF)).json()["items"][0]["kind"] == "staff_report"


async def test_one_user_is_one_officer(monitor: RoomClient) -> None:
    await registered(monitor)
    again = await monitor.post(OFFICERS, {"name": "Other", "user_id": "user:officer"})
    assert again.status_code == 409


async def test_standing_counts_what_became_of_reports_and_how_early_they_were(
    monitor: RoomClient, make_post: MakePost
) -> None:
    officer = await registered(monitor)
    assert (await standing(monitor))["reports"] == 0
    await monitor.post("/api/v1/watches", {"name": "Power", "expression": "停电"})
    early = await told(monitor, "云州城东停电六小时居民无人解释")
    wrong = await told(monitor, "别的公司的事情")
    await monitor.post(f"{STAFF}/{early['report_id']}/take-up", {})
    await monitor.post(f"{STAFF}/{wrong['report_id']}/dismiss", {"reason": "同名公司"})
    while await monitor.work():
        pass
    assert (await standing(monitor))["met"] == 0
    async with monitor.transaction() as session:
        await session.execute(
            text("UPDATE monitor.tellings SET told_at = told_at - interval '30 minutes'")
        )
        await session.execute(
            text("UPDATE monitor.reports SET first_told_at = first_told_at - interval '30 minutes'")
        )
    await send(monitor, make_post("云州城东停电六小时居民无人解释"))
    while await monitor.work():
        pass
    found = await standing(monitor)
    assert found["officer_id"] == officer["id"]
    assert (found["reports"], found["first"], found["taken_up"], found["not_relevant"]) == (
        2,
        2,
        1,
        1,
    )
    assert (found["met"], found["ahead"]) == (1, 1)
    assert 29 < found["lead_minutes"] < 35


async def test_an_entry_about_a_person_holds_half_a_year_at_most(monitor: RoomClient) -> None:
    officer = await registered(monitor)
    today = datetime.now(UTC).date()
    assert officer["review_by"] == (today + timedelta(days=180)).isoformat()
    assert officer["added_by"]["name"]
    late = {"name": "Other", "review_by": (today + timedelta(days=200)).isoformat()}
    refused = await monitor.post(OFFICERS, late)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == "/review_by"


async def test_an_officer_who_leaves_reads_what_is_kept_and_is_named_no_more(
    monitor: RoomClient,
) -> None:
    officer = await registered(monitor)
    path = f"{OFFICERS}/{officer['id']}"
    await told(monitor, "第一件")
    record = (await monitor.get(f"{path}/record")).json()
    assert [telling["text"] for telling in record["tellings"]] == ["第一件"]
    assert record["purpose"]
    asked = {"reason": "left the company"}
    assert (await monitor.post(f"{path}/erase", asked)).status_code == 409
    left = {"name": "Officer", "user_id": "user:officer", "active": False}
    await monitor.call("PUT", path, json=left, headers={"If-Match": "*"})
    erased = (await monitor.post(f"{path}/erase", asked)).json()
    assert (erased["name"], erased["user_id"], erased["unit"]) == ("Former officer", None, "")
    assert erased["erased_because"] == "left the company"
    (seen,) = (await monitor.get(STAFF)).json()["items"]
    assert seen["reporters"] == 1
    assert [telling["told_by"] for telling in seen["tellings"]] == [None]
    async with monitor.transaction() as session:
        kept = await session.scalar(
            text("SELECT count(*) FROM monitor.tellings t WHERE t::text LIKE '%officer%'")
        )
    assert kept == 1  # its kind, `officer_report`
    back = await monitor.call("PUT", path, json=left, headers={"If-Match": "*"})
    assert back.status_code == 409
    assert (await monitor.post(f"{path}/erase", asked)).status_code == 409
