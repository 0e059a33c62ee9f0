"""Files as they come from offices and from people who mean harm, at the door.

Bombs, far corners and slow sheets stand in `test_workbooks.py`; encodings and delimiters in
`test_files.py`; rows that are cut, quoted or no text in `test_stretches.py`; an import that breaks
in the middle in `test_imports.py`.
"""

from typing import Any

import pytest

from services.monitor.room import room as monitor_room
from tests.conftest import OpenRoom, RoomClient
from tests.monitor.imports.test_workbooks import row, words, workbook

IMPORT = "/api/v1/posts/import"


@pytest.fixture
async def monitor(open_room: OpenRoom) -> RoomClient:
    return await open_room(monitor_room)


async def run(room: RoomClient, name: str, content: bytes) -> dict[str, Any]:
    answer = await room.call(
        "POST", IMPORT, files={"file": (name, content)}, data={"platform": "weibo"}
    )
    assert answer.status_code == 202, answer.text
    await room.work()
    report: dict[str, Any] = (await room.get(f"{IMPORT}/{answer.json()['id']}")).json()
    return report


async def test_a_workbook_with_one_broken_row_in_a_hundred(monitor: RoomClient) -> None:
    broken = {number for number in range(1, 1_201) if number % 100 == 50}
    rows = [row(1, (words("编号"), words("内容"), words("发布时间")))]
    for number in range(1, 1_201):
        moment = "someday" if number in broken else "2026-11-01 21:04"
        cells = (words(f"p{number}"), words(f"第{number}条：城东停电了"), words(moment))
        rows.append(row(number + 1, cells))
    report = await run(monitor, "posts.xlsx", workbook("".join(rows)))
    assert report["status"] == "done"
    assert (report["rows"], report["accepted"], report["rejected"]) == (1_200, 1_188, 12)
    assert {refused["row"] for refused in report["refused"]} == broken
    assert "someday" in report["refused"][0]["reason"]


async def test_a_table_whose_rows_were_pasted_from_files_of_different_encodings(
    monitor: RoomClient,
) -> None:
    lines = ["编号,内容,发布时间\n".encode()]
    for number in range(300):
        encoding = "gb18030" if number % 100 == 50 else "utf-8"
        lines.append(f"p{number},第{number}条：城东停电了,2026-11-01 21:04\n".encode(encoding))
    report = await run(monitor, "posts.csv", b"".join(lines))
    assert report["status"] == "done"
    # What cannot be read is refused by its row; the rest is whole.
    assert report["rows"] == 300
    assert report["accepted"] + report["rejected"] == 300
    assert report["accepted"] >= 297
    posts = (await monitor.get("/api/v1/posts?limit=100")).json()["items"]
    whole = [post for post in posts if "：城东停电了" in post["text"]]
    assert len(whole) >= 98
