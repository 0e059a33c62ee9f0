"""What is usual for the files of one exporter, said once; and refused rows as a table."""

import csv
import io

import pytest

from services.monitor.room import room as monitor_room
from shared.contracts.actors import Permission
from tests.conftest import OpenRoom, RoomClient, make_actor
from tests.monitor.imports.test_imports import IMPORT, counts, row, run, table

PRESETS = f"{IMPORT}/presets"
PRESET = {
    "mapping": {"text": "what", "published_at": "when", "region": "where"},
    "platform": "forum",
    "timezone": "Asia/Shanghai",
}


@pytest.fixture
async def monitor(open_room: OpenRoom) -> RoomClient:
    return await open_room(monitor_room)


async def test_a_preset_says_what_a_file_does_not(monitor: RoomClient) -> None:
    made = await monitor.call("PUT", f"{PRESETS}/Exporter A", json=PRESET)
    assert made.status_code == 201, made.text
    content = "what,when\n停电,2026-11-01 21:04\n".encode()
    report = await run(monitor, content, preset="Exporter A")
    assert counts(report) == (1, 1, 0, 0, 0)
    assert (report["platform"], report["timezone"]) == ("forum", "Asia/Shanghai")
    (post,) = (await monitor.get("/api/v1/posts")).json()["items"]
    assert (post["platform"], post["published_at"]) == ("forum", "2026-11-01T13:04:00Z")
    # What is said with the file counts for more.
    other = await run(monitor, content, preset="Exporter A", platform="news", timezone="UTC")
    assert (other["platform"], other["timezone"]) == ("news", "UTC")


async def test_two_people_do_not_overwrite_each_other(monitor: RoomClient) -> None:
    first = await monitor.call("PUT", f"{PRESETS}/A", json=PRESET)
    again = await monitor.call("PUT", f"{PRESETS}/A", json=PRESET)
    assert again.status_code == 428
    tag = {"If-Match": first.headers["ETag"]}
    changed = PRESET | {"platform": "news"}
    assert (await monitor.call("PUT", f"{PRESETS}/A", json=changed, headers=tag)).status_code == 200
    assert (await monitor.call("PUT", f"{PRESETS}/A", json=changed, headers=tag)).status_code == 412
    listed = (await monitor.get(PRESETS)).json()["items"]
    assert [(one["name"], one["platform"]) for one in listed] == [("A", "news")]
    assert (await monitor.call("DELETE", f"{PRESETS}/A")).status_code == 204
    assert (await monitor.get(f"{PRESETS}/A")).status_code == 404


@pytest.mark.parametrize(
    ("changes", "reason"),
    [({"mapping": {"words": "a"}}, "no field words"), ({"timezone": "Mars/X"}, "time zone")],
)
async def test_a_preset_that_cannot_work_is_refused(
    monitor: RoomClient, changes: dict[str, object], reason: str
) -> None:
    refused = await monitor.call("PUT", f"{PRESETS}/A", json=PRESET | changes)
    assert refused.status_code == 422
    assert reason in refused.text


async def test_an_unknown_preset_is_told(monitor: RoomClient) -> None:
    files = {"file": ("posts.csv", table([row(1)]))}
    refused = await monitor.call("POST", IMPORT, files=files, data={"preset": "none"})
    assert refused.status_code == 404


async def test_refused_rows_come_back_as_a_table_that_can_be_sent_again(
    monitor: RoomClient,
) -> None:
    broken = row(2, 发布时间="昨天", 内容="=cmd()|'x'")
    report = await run(monitor, table([row(1), broken, ("short",), row(4)]))
    assert counts(report) == (4, 2, 0, 0, 2)
    answer = await monitor.get(f"{IMPORT}/{report['id']}/refused")
    assert answer.headers["content-type"].startswith("text/csv")
    assert "attachment" in answer.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [(one["row"], one["编号"]) for one in rows] == [("2", "p2"), ("3", "short")]
    assert "昨天" in rows[0]["reason"]
    # No spreadsheet takes it for a formula.
    assert rows[0]["内容"].startswith("'=")
    mended = answer.content.decode("utf-8-sig").replace("昨天", "2026-11-01 21:04").encode()
    again = await run(monitor, mended)
    assert (again["accepted"], again["rejected"]) == (1, 1)


async def test_refused_lines_of_json_and_bytes_that_are_no_text_are_kept_too(
    monitor: RoomClient,
) -> None:
    report = await run(monitor, b'{"text": "a", "published_at": "soon"}\n{"text": "\xff"}\n')
    answer = await monitor.get(f"{IMPORT}/{report['id']}/refused")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0]["line"] == '{"text": "a", "published_at": "soon"}'
    assert len(rows) == 2


async def test_only_those_who_may_send_posts_see_what_was_refused(open_room: OpenRoom) -> None:
    room = await open_room(monitor_room)
    report = await run(room, table([row(1, 发布时间="昨天")]))
    viewer = make_actor("viewer", Permission.VIEW)
    answer = await room.call("GET", f"{IMPORT}/{report['id']}/refused", actor=viewer)
    assert answer.status_code == 403
