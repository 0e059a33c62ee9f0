"""The bundle: a valid bag, the same bytes each time, and nothing in it that acts."""

import hashlib
import json
import zipfile
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import bagit
import pytest

from services.archive.exports.bundle import BundleError, BundleWriter
from services.archive.exports.page import KINDS_ZH, MOST_RECORDS
from services.archive.exports.verify import verify
from shared.contracts import EVENTS, ROUTES, Room


@pytest.mark.parametrize("size", [0, 1, 11])
def test_the_bagit_library_finds_a_valid_bag(
    workshop: Any, make_case: Callable[..., Any], tmp_path: Path, size: int
) -> None:
    with zipfile.ZipFile(workshop.export(make_case(size))) as archive:
        archive.extractall(tmp_path)
    (folder,) = tmp_path.iterdir()
    bag = bagit.Bag(str(folder))
    assert bag.is_valid()
    assert bag.info["External-Identifier"] == make_case().head["case_id"]


def test_the_same_case_gives_the_same_bytes(workshop: Any, make_case: Callable[..., Any]) -> None:
    first = workshop.export(make_case(), "one.zip").read_bytes()
    assert workshop.export(make_case(), "two.zip").read_bytes() == first


def test_records_lie_in_order_one_a_line(honest: dict[str, bytes], case: Any) -> None:
    lines = honest["data/records.jsonl"].decode().splitlines()
    assert [json.loads(line) for line in lines] == case.records


def test_attachments_are_named_by_their_hash(honest: dict[str, bytes], case: Any) -> None:
    kept = {name: content for name, content in honest.items() if "/attachments/" in name}
    assert kept == {f"data/attachments/{sha}": file for sha, file in case.attachments.items()}


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)


def test_the_page_escapes_what_people_wrote(honest: dict[str, bytes]) -> None:
    page = honest["data/index.html"].decode()
    tags = Tags()
    tags.feed(page)
    assert not tags.seen & {"script", "b", "img", "iframe", "link"}
    assert "&lt;script&gt;" in page
    assert "default-src 'none'" in page


def test_the_page_is_bilingual(honest: dict[str, bytes]) -> None:
    page = honest["data/index.html"].decode()
    assert "声明发布" in page
    assert "StatementPublished" in page


def test_every_event_of_a_case_has_a_chinese_name() -> None:
    filed = {name for name, event in EVENTS.items() if Room.ARCHIVE in ROUTES[event]}
    assert filed <= set(KINDS_ZH)


def test_a_long_case_keeps_its_page_short(workshop: Any, make_case: Callable[..., Any]) -> None:
    files = workshop.files(make_case(MOST_RECORDS + 3))
    assert files["data/index.html"].count(b"<article") == MOST_RECORDS
    assert "另有 3 条记录" in files["data/index.html"].decode()
    assert len(files["data/records.jsonl"].splitlines()) == MOST_RECORDS + 3


def test_an_export_of_an_open_case_says_so(workshop: Any, case: Any) -> None:
    case.seal["final"] = False
    lines, status = verify(str(workshop.export(case)))
    assert status == 0
    assert "still open" in lines[-1]


def test_a_case_under_sm3(workshop: Any, make_case: Callable[..., Any]) -> None:
    if "sm3" not in hashlib.algorithms_available:
        pytest.skip("this Python's OpenSSL has no SM3")
    case = make_case(algorithm="sm3")
    assert verify(str(workshop.export(case)))[1] == 0


def test_a_missing_attachment_stops_the_export(case: Any, tmp_path: Path) -> None:
    with (tmp_path / "out").open("w+b") as file, BundleWriter(file, case.head) as bundle:
        bundle.add_record(case.records[1])
        with pytest.raises(BundleError, match="missing"):
            bundle.finish(case.seal)


def test_a_damaged_attachment_stops_the_export(case: Any, tmp_path: Path) -> None:
    with (tmp_path / "out").open("w+b") as file, BundleWriter(file, case.head) as bundle:
        bundle.add_record(case.records[1])
        with pytest.raises(BundleError, match="damaged"):
            bundle.add_attachment(next(iter(bundle.wanted)), [b"other"])


def test_an_attachment_that_nobody_names_is_not_taken(case: Any, tmp_path: Path) -> None:
    with (
        (tmp_path / "out").open("w+b") as file,
        BundleWriter(file, case.head) as bundle,
        pytest.raises(BundleError, match="no record"),
    ):
        bundle.add_attachment("0" * 64, [b"x"])


def test_a_store_that_fails_midway_leaves_nothing_open(case: Any, tmp_path: Path) -> None:
    def fail() -> Any:
        yield b"first"
        raise ConnectionError

    with (tmp_path / "out").open("w+b") as file, BundleWriter(file, case.head) as bundle:
        bundle.add_record(case.records[1])
        with pytest.raises(ConnectionError):
            bundle.add_attachment(next(iter(bundle.wanted)), fail())


def test_a_record_too_large_for_a_verifier_is_refused(case: Any, tmp_path: Path) -> None:
    case.records[0]["content"] = {"text": "x" * (8 << 20)}
    with (
        (tmp_path / "out").open("w+b") as file,
        BundleWriter(file, case.head) as bundle,
        pytest.raises(BundleError, match="record 1"),
    ):
        bundle.add_record(case.records[0])
