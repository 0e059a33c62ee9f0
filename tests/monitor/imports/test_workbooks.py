"""Workbooks are read as tables; those that would blow up are refused."""

import io
import time
import zipfile
from collections.abc import Iterable

import pytest

from services.monitor.imports.files import FileRefusedError
from services.monitor.imports.workbooks import first_sheet, is_workbook
from services.monitor.room import room as monitor_room
from tests.conftest import OpenRoom

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_SHEETS = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_PARTS = {
    "[Content_Types].xml": f"""<Types xmlns="{_PACKAGE}/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/>
<Override PartName="/xl/workbook.xml" ContentType="{_SHEETS}.sheet.main+xml"/>
</Types>""",
    "_rels/.rels": f"""<Relationships xmlns="{_PACKAGE}/relationships">
<Relationship Id="r1" Type="{_REL}/officeDocument" Target="xl/workbook.xml"/></Relationships>""",
    "xl/workbook.xml": f"""<workbook xmlns="{_MAIN}" xmlns:r="{_REL}">
<sheets><sheet name="Posts" sheetId="1" r:id="r1"/></sheets></workbook>""",
    "xl/_rels/workbook.xml.rels": f"""<Relationships xmlns="{_PACKAGE}/relationships">
<Relationship Id="r1" Type="{_REL}/worksheet" Target="worksheets/sheet1.xml"/>
<Relationship Id="r2" Type="{_REL}/styles" Target="styles.xml"/></Relationships>""",
    # Style 1 is a date with a time.
    "xl/styles.xml": f"""<styleSheet xmlns="{_MAIN}">
<cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="22"/></cellXfs></styleSheet>""",
}


def workbook(cells: str, *merged: str) -> bytes:
    """A workbook of one sheet with these cells, in the XML of the sheet."""
    ranges = "".join(f'<mergeCell ref="{range_}"/>' for range_ in merged)
    ranges = f"<mergeCells>{ranges}</mergeCells>" if merged else ""
    sheet = f'<worksheet xmlns="{_MAIN}"><sheetData>{cells}</sheetData>{ranges}</worksheet>'
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in {**_PARTS, "xl/worksheets/sheet1.xml": sheet}.items():
            archive.writestr(name, part)
    return content.getvalue()


def row(number: int, cells: Iterable[str]) -> str:
    return f'<row r="{number}">{"".join(cells)}</row>'


def words(text: str) -> str:
    return f'<c t="inlineStr"><is><t>{text}</t></is></c>'


async def test_the_first_sheet_becomes_a_table() -> None:
    content = workbook(
        row(1, map(words, ("编号", "内容", "发布时间")))
        # 45962.878 days after 1899-12-30 is 2025-11-01 21:04:19 (ECMA-376, part 1, 18.17.4).
        + row(2, ("<c><v>5123</v></c>", words("停电, 又停电"), '<c s="1"><v>45962.878</v></c>'))
    )
    assert is_workbook(content)
    table = (await first_sheet(content)).decode()
    assert table.splitlines()[0] == "编号,内容,发布时间"
    assert table.splitlines()[1].startswith('5123,"停电, 又停电",2025-11-01 21:04')


async def test_a_workbook_is_imported(open_room: OpenRoom) -> None:
    room = await open_room(monitor_room)
    content = workbook(
        row(1, map(words, ("内容", "发布时间")))
        + row(2, (words("停电了"), '<c s="1"><v>45962.878</v></c>'))
        + row(3, (words("来电了"), words("昨天")))
    )
    started = await room.call(
        "POST",
        "/api/v1/posts/import",
        files={"file": ("posts.xlsx", content)},
        data={"timezone": "Asia/Shanghai"},
    )
    assert started.status_code == 202, started.text
    await room.work()
    report = (await room.get(started.headers["Location"])).json()
    assert (report["status"], report["accepted"], report["rejected"]) == ("done", 1, 1)
    (post,) = (await room.get("/api/v1/posts")).json()["items"]
    assert post["published_at"].startswith("2025-11-01T13:04")


async def test_a_cell_at_the_far_corner_is_refused_and_takes_nobody_along() -> None:
    # A reader that makes a rectangle of it makes one of 109,051,904 cells, which are 3 GB.
    content = workbook(
        '<row r="1"><c r="A1"><v>1</v></c></row>'
        '<row r="1048576"><c r="CZ1048576"><v>1</v></c></row>'
    )
    began = time.monotonic()
    with pytest.raises(FileRefusedError, match="too much time or memory"):
        await first_sheet(content)
    # It is the memory that ends it, long before the time does.
    assert time.monotonic() - began < 10


async def test_a_bomb_is_refused_by_what_its_directory_says() -> None:
    stream = io.BytesIO(workbook(""))
    with (
        zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/sharedStrings.xml", "w") as member,
    ):
        for _ in range(257):
            member.write(bytes(1024 * 1024))
    content = stream.getvalue()
    assert len(content) < 1024 * 1024
    began = time.monotonic()
    with pytest.raises(FileRefusedError):
        await first_sheet(content)
    assert time.monotonic() - began < 10


async def test_a_workbook_that_takes_too_long_is_given_up() -> None:
    content = workbook("".join(row(number, [words("x")] * 50) for number in range(1, 40_001)))
    began = time.monotonic()
    with pytest.raises(FileRefusedError):
        await first_sheet(content, seconds=0.3)
    assert time.monotonic() - began < 10


@pytest.mark.parametrize(
    "content", [b"PK\x03\x04", b"PK\x03\x04" + b"x" * 99, b"\xd0\xcf\x11\xe0x"]
)
async def test_what_only_looks_like_a_workbook_is_refused(content: bytes) -> None:
    assert is_workbook(content)
    with pytest.raises(FileRefusedError, match="Save the sheet as CSV"):
        await first_sheet(content)


def test_a_table_is_no_workbook() -> None:
    assert not is_workbook(b"text,time\n")


def at(place: str, cell: str) -> str:
    return cell.replace("<c ", f'<c r="{place}" ').replace("<c>", f'<c r="{place}">')


async def test_a_title_above_is_no_header_and_merged_cells_hold_for_all_of_them() -> None:
    content = workbook(
        row(2, [at("B2", words("舆情导出表"))])
        + row(3, [at("B3", words("内容")), at("C3", words("时间")), at("D3", words("平台"))])
        + row(
            4,
            [
                at("B4", words("一")),
                at("C4", '<c s="1"><v>45962.5</v></c>'),
                at("D4", words("微博")),
            ],
        )
        + row(5, [at("B5", words("二"))])
        + row(6, [at("B6", words("三")), at("C6", "<c><v>45962.878</v></c>")]),
        "B2:D2",
        "C4:C5",
        "D4:D6",
        "XFD1:XFD1048576",
    )
    assert (await first_sheet(content)).decode().splitlines() == [
        "内容,时间,平台",
        "一,2025-11-01 12:00:00,微博",
        "二,2025-11-01 12:00:00,微博",
        "三,45962.878,微博",
    ]


async def test_of_a_formula_its_last_result_is_read() -> None:
    formula = '<c t="str"><f>CONCAT("a","b")</f><v>ab</v></c>'
    content = workbook(row(1, map(words, ("内容", "时间"))) + row(2, (formula, words("x"))))
    assert (await first_sheet(content)).decode().splitlines()[1] == "ab,x"
