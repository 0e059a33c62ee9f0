"""A file of posts on its way in: over HTTP, a stretch at a time, each row once."""

import csv
import io
import json
from typing import Any

import pytest
from sqlalchemy import text

from services.monitor.imports.service import ROWS_AT_ONCE, read_on
from services.monitor.room import room as monitor_room
from shared.contracts.actors import Permission
from shared.contracts.posts import ImportQueued
from tests.conftest import OpenRoom, RoomClient, make_actor

IMPORT = "/api/v1/posts/import"
HEADER = ("编号", "内容", "发布时间", "平台")


@pytest.fixture
async def monitor(open_room: OpenRoom) -> RoomClient:
    return await open_room(monitor_room)


def table(rows: list[tuple[str, ...]], encoding: str = "utf-8") -> bytes:
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows([HEADER, *rows])
    return stream.getvalue().encode(encoding)


def row(number: int, **changes: str) -> tuple[str, ...]:
    values = {
        "编号": f"p{number}",
        "内容": f"第{number}条：城东停电了",
        "发布时间": "2026-11-01 21:04",
        "平台": "微博",
    }
    return tuple((values | changes)[name] for name in HEADER)


async def upload(
    room: RoomClient, content: bytes, *, name: str = "posts.csv", **form: Any
) -> dict[str, Any]:
    answer = await room.call("POST", IMPORT, files={"file": (name, content)}, data=form)
    assert answer.status_code == 202, answer.text
    started: dict[str, Any] = answer.json()
    assert answer.headers["Location"] == f"{IMPORT}/{started['id']}"
    return started


async def look(room: RoomClient, started: dict[str, Any]) -> dict[str, Any]:
    report: dict[str, Any] = (await room.get(f"{IMPORT}/{started['id']}")).json()
    return report


async def run(room: RoomClient, content: bytes, **form: Any) -> dict[str, Any]:
    started = await upload(room, content, **form)
    assert started["status"] == "queued"
    await room.work()
    return await look(room, started)


def counts(report: dict[str, Any]) -> tuple[int, ...]:
    return tuple(report[name] for name in ("rows", "accepted", "duplicate", "revised", "rejected"))


async def stored(room: RoomClient) -> int:
    async with room.transaction() as session:
        number: int = await session.scalar(text("SELECT count(*) FROM monitor.posts"))
    return number


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
async def test_a_table_with_chinese_columns_is_read(monitor: RoomClient, encoding: str) -> None:
    content = table([row(1), row(2)], encoding)
    report = await run(monitor, content, timezone="Asia/Shanghai")
    assert report["status"] == "done"
    assert counts(report) == (2, 2, 0, 0, 0)
    newest = (await monitor.get("/api/v1/posts")).json()["items"][0]
    assert newest["text"] == "第2条：城东停电了"
    assert newest["platform"] == "weibo"
    assert newest["published_at"] == "2026-11-01T13:04:00Z"


async def test_lines_of_json_are_read_and_rows_that_were_there_are_known(
    monitor: RoomClient,
) -> None:
    def line(number: int, said: str) -> str:
        post = {
            "external_id": f"p{number}",
            "platform": "weibo",
            "text": said,
            "published_at": "2026-11-01T21:04:00+08:00",
            "engagement": {"likes": 3},
        }
        return json.dumps(post, ensure_ascii=False)

    first = await run(monitor, "\n".join([line(1, "停电"), line(2, "来电")]).encode())
    assert counts(first) == (2, 2, 0, 0, 0)
    lines = [line(1, "停电"), line(2, "又停电"), line(3, "停电"), "{", line(3, "停电")]
    second = await run(monitor, "\n".join(lines).encode(), name="posts.jsonl")
    assert counts(second) == (5, 1, 2, 1, 1)
    assert second["refused"][0]["row"] == 4


async def test_columns_are_named_by_a_mapping_and_the_platform_by_the_form(
    monitor: RoomClient,
) -> None:
    content = b"what,when\nlights out,2026-11-01T21:04:00Z\n"
    report = await run(
        monitor,
        content,
        mapping=json.dumps({"text": "what", "published_at": "when"}),
        platform="forum",
    )
    assert counts(report) == (1, 1, 0, 0, 0)
    (post,) = (await monitor.get("/api/v1/posts")).json()["items"]
    assert (post["text"], post["platform"]) == ("lights out", "forum")


async def test_one_broken_row_in_a_hundred_costs_itself_alone(monitor: RoomClient) -> None:
    broken = [
        {"发布时间": "昨天"},
        {"发布时间": ""},
        {"内容": ""},
        {"平台": "没有 这个"},
        {"编号": "x" * 400},
        {"发布时间": "2199-01-01"},
    ]
    rows = [
        row(number, **(broken[number // 100 % len(broken)] if number % 100 == 50 else {}))
        for number in range(1, 2_501)
    ]
    report = await run(monitor, table(rows))
    assert report["status"] == "done"
    assert counts(report) == (2_500, 2_475, 0, 0, 25)
    assert await stored(monitor) == 2_475
    assert [item["row"] for item in report["refused"]] == list(range(50, 2_501, 100))
    assert report["refused"][0]["reason"].startswith("published_at: '昨天' is no time")
    assert "lies in the future" in report["refused"][5]["reason"]


async def test_of_many_refused_rows_the_first_hundred_are_shown(monitor: RoomClient) -> None:
    report = await run(monitor, table([row(number, 发布时间="x") for number in range(1, 301)]))
    assert report["rejected"] == 300
    assert [item["row"] for item in report["refused"]] == list(range(1, 101))


async def test_history_raises_no_warning_unless_it_is_asked_for(monitor: RoomClient) -> None:
    await run(monitor, table([row(1)]))
    await run(monitor, table([row(2)]), warn="true")
    async with monitor.transaction() as session:
        told = await session.execute(
            text(
                "SELECT payload->>'warn' FROM corridor.events WHERE type = 'PostsCollected' "
                "ORDER BY position"
            )
        )
    assert list(told.scalars()) == ["false", "true"]


async def test_an_import_that_breaks_in_the_middle_goes_on_where_it_was(
    monitor: RoomClient,
) -> None:
    rows = [row(number) for number in range(1, 2 * ROWS_AT_ONCE + 501)]
    started = await upload(monitor, table(rows))
    # The database refuses a row of the second stretch, as a full disk would.
    async with monitor.transaction() as session:
        await session.execute(
            text(
                "CREATE FUNCTION monitor.refuse() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN RAISE EXCEPTION 'disk full'; END $$"
            )
        )
        await session.execute(
            text(
                "CREATE TRIGGER refuse BEFORE INSERT ON monitor.posts FOR EACH ROW "
                "WHEN (NEW.external_id = 'p1700') EXECUTE FUNCTION monitor.refuse()"
            )
        )
    try:
        await monitor.work()
        report = await look(monitor, started)
        assert report["status"] == "running"
        assert report["rows"] == await stored(monitor) == ROWS_AT_ONCE
    finally:
        async with monitor.transaction() as session:
            await session.execute(text("DROP TRIGGER refuse ON monitor.posts"))
            await session.execute(text("DROP FUNCTION monitor.refuse()"))
    async with monitor.transaction() as session:
        failed = await session.execute(
            text(
                "UPDATE corridor.deliveries SET available_at = now() "
                "WHERE type = 'ImportQueued' AND state = 'ready' RETURNING error"
            )
        )
        assert "disk full" in failed.scalar_one()
    await monitor.work()
    report = await look(monitor, started)
    assert report["status"] == "done"
    assert counts(report) == (2_500, 2_500, 0, 0, 0)
    assert await stored(monitor) == 2_500


async def test_a_stretch_that_is_delivered_twice_is_read_once(monitor: RoomClient) -> None:
    started = await upload(monitor, table([row(number) for number in range(1, 1_501)]))
    await monitor.work()
    async with monitor.transaction() as session:
        again = await session.execute(
            text(
                "UPDATE corridor.deliveries SET state = 'ready', available_at = now() "
                "WHERE type = 'ImportQueued' RETURNING event_id"
            )
        )
        assert len(again.all()) == 2
    await monitor.work()
    assert counts(await look(monitor, started)) == (1_500, 1_500, 0, 0, 0)


async def test_a_stretch_that_was_read_is_not_queued_a_second_time(monitor: RoomClient) -> None:
    started = await upload(monitor, table([row(number) for number in range(1, 2_501)]))
    first = ImportQueued(import_id=started["id"])
    for _ in range(2):
        async with monitor.transaction() as session:
            await read_on(session, first)
    assert (await look(monitor, started))["rows"] == ROWS_AT_ONCE
    async with monitor.transaction() as session:
        queued = await session.scalar(
            text("SELECT count(*) FROM corridor.events WHERE type = 'ImportQueued'")
        )
    assert queued == 2


async def test_a_finished_import_keeps_its_report_and_drops_the_file(monitor: RoomClient) -> None:
    await run(monitor, table([row(1)]))
    async with monitor.transaction() as session:
        kept = await session.scalar(text("SELECT content IS NULL FROM monitor.imports"))
    assert kept is True
    listed = (await monitor.get(IMPORT)).json()["items"]
    assert [item["file_name"] for item in listed] == ["posts.csv"]


async def test_a_row_beyond_all_measure_fails_the_import_and_keeps_what_came_before(
    monitor: RoomClient,
) -> None:
    endless = table([row(1)]) + b"p2," + b"x" * (5 * 1024 * 1024) + b"\n"
    report = await run(monitor, endless)
    assert report["status"] == "failed"
    assert report["error"].startswith("Row 2 is longer than 4 MiB")
    assert report["accepted"] == await stored(monitor) == 1


async def test_a_quotation_mark_that_never_closes_does_not_swallow_the_rest(
    monitor: RoomClient,
) -> None:
    rows = [row(number, 内容="停电" * 300) for number in range(400)]
    content = table(rows).replace(b"p9,", b'"p9,')
    report = await run(monitor, content)
    assert report["status"] == "done"
    # The row's field breaks off at 128 Ki characters; what follows is read again.
    assert report["accepted"] > 150
    assert "field larger" in report["refused"][0]["reason"]


@pytest.mark.parametrize(
    ("content", "form", "reason"),
    [
        (b"", {}, "empty"),
        (b"PK\x03\x04", {}, "workbook"),
        (b"color,price\nred,3\n", {}, "no column is known to hold text or title"),
        (b"text,color\nx,red\n", {}, "no column is known to hold published_at"),
        (b"text,time\n", {"mapping": "no json"}, "/mapping: this must be JSON"),
        (b"text,time\n", {"mapping": "[]"}, "/mapping: this must be JSON"),
        (b"text,time\n", {"mapping": '{"mood": "time"}'}, "there is no field mood"),
        (b"text,time\n", {"mapping": '{"author": "who"}'}, "the file has no column who"),
        (b"text,time\n", {"timezone": "Mars/Olympus"}, "there is no time zone"),
        (b"text,time\n", {"timezone": "../../etc/passwd"}, "there is no time zone"),
        (b"text,time\n", {"platform": "My Platform"}, "/platform"),
    ],
)
async def test_what_cannot_be_imported_is_refused_at_once(
    monitor: RoomClient, content: bytes, form: dict[str, str], reason: str
) -> None:
    answer = await monitor.call("POST", IMPORT, files={"file": ("posts.csv", content)}, data=form)
    assert answer.status_code == 422, answer.text
    assert reason in answer.json()["detail"]


async def test_a_table_without_rows_is_done_at_once(monitor: RoomClient) -> None:
    report = await run(monitor, b"text,time\n")
    assert (report["status"], report["rows"]) == ("done", 0)


async def test_a_file_beyond_the_limit_is_refused(open_room: OpenRoom) -> None:
    room = await open_room(monitor_room, upload_limit=2_048)
    answer = await room.call("POST", IMPORT, files={"file": ("a.csv", b"x" * 2_049)})
    assert answer.status_code == 413


async def test_a_request_without_a_file_is_told_so(monitor: RoomClient) -> None:
    answer = await monitor.call("POST", IMPORT, data={"mapping": "{}"})
    assert answer.status_code == 422
    assert "/file" in answer.json()["detail"]


async def test_an_upload_that_is_sent_twice_with_one_key_starts_one_import(
    monitor: RoomClient, fresh_key: str
) -> None:
    request = {
        "content": (
            b"--cut\r\nContent-Disposition: form-data; name=file; filename=a.csv\r\n\r\n"
            b"text,time\nx,2026-11-01\n\r\n--cut--\r\n"
        ),
        "headers": {
            "content-type": "multipart/form-data; boundary=cut",
            "idempotency-key": fresh_key,
        },
    }
    first = await monitor.call("POST", IMPORT, **request)
    second = await monitor.call("POST", IMPORT, **request)
    assert first.status_code == second.status_code == 202, first.text
    assert first.json()["id"] == second.json()["id"]
    assert len((await monitor.get(IMPORT)).json()["items"]) == 1


async def test_only_those_who_may_send_posts_import_them(monitor: RoomClient) -> None:
    viewer = make_actor("viewer", Permission.VIEW)
    files = {"file": ("a.csv", table([row(1)]))}
    refused = await monitor.call("POST", IMPORT, files=files, actor=viewer)
    assert refused.status_code == 403
    assert (await monitor.get(IMPORT, actor=viewer)).status_code == 200
    assert (await monitor.get(f"{IMPORT}/019b0000-0000-7000-8000-000000000000")).status_code == 404
