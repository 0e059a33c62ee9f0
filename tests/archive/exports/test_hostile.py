"""Bundles made to harm whoever opens them are refused, quickly and by name."""

import copy
import json
import os
import stat
import time
import tracemalloc
import warnings
import zipfile
from pathlib import Path
from typing import Any

import pytest

from services.archive.exports.verify import verify

BASE = "case-x/"


def entry(name: str, mode: int = stat.S_IFREG | 0o644) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.create_system = 3
    info.external_attr = mode << 16
    return info


def zipped(path: Path, honest: dict[str, bytes], *more: tuple[zipfile.ZipInfo, bytes]) -> str:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in honest.items():
            archive.writestr(BASE + name, content)
        for info, content in more:
            archive.writestr(info, content)
    return str(path)


@pytest.mark.parametrize(
    "name",
    [
        "../evil.txt",
        "case-x/../../evil.txt",
        "/etc/cron.d/evil",
        "C:/evil.txt",
        "case-x\\..\\evil.txt",
        "case-x/data/.hidden",
        "case-x/a\nb",
        "case-x/\x1b[2J",
        "case-x/" + "a" * 300,
        "elsewhere/evil.txt",
        "case-x/数据.txt",
    ],
)
def test_a_dangerous_name_is_refused(honest: dict[str, bytes], tmp_path: Path, name: str) -> None:
    lines, status = verify(zipped(tmp_path / "x.zip", honest, (entry(name), b"x")))
    assert status == 1
    assert lines[0].startswith("dangerous: ")
    assert "\x1b" not in lines[0]


def test_a_link_in_a_zip_file_is_refused(honest: dict[str, bytes], tmp_path: Path) -> None:
    link = entry(BASE + "data/link", stat.S_IFLNK | 0o777)
    lines, status = verify(zipped(tmp_path / "x.zip", honest, (link, b"/etc/passwd")))
    assert (status, lines[0]) == (1, "dangerous: case-x/data/link is a link or a device")


def test_a_link_in_a_folder_is_refused(honest: dict[str, bytes], tmp_path: Path) -> None:
    with zipfile.ZipFile(zipped(tmp_path / "x.zip", honest)) as archive:
        archive.extractall(tmp_path / "out")
    folder = tmp_path / "out" / "case-x"
    (folder / "data" / "link").symlink_to("/etc")
    lines, status = verify(str(folder))
    assert (status, lines[0]) == (1, "dangerous: data/link is a link or a device")


def test_a_pipe_in_a_folder_does_not_hang(honest: dict[str, bytes], tmp_path: Path) -> None:
    with zipfile.ZipFile(zipped(tmp_path / "x.zip", honest)) as archive:
        archive.extractall(tmp_path / "out")
    os.mkfifo(tmp_path / "out" / "case-x" / "data" / "pipe")
    assert verify(str(tmp_path / "out"))[1] == 1


@pytest.mark.parametrize("name", ["data/case.json", "data/CASE.json"])
def test_two_files_of_one_name_are_refused(
    honest: dict[str, bytes], tmp_path: Path, name: str
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # zipfile warns of what it writes here
        path = zipped(tmp_path / "x.zip", honest, (entry(BASE + name), b"{}"))
    lines, status = verify(path)
    assert (status, lines[0]) == (1, "dangerous: two files of one name")


def test_a_bomb_is_refused_before_it_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(BASE + "bagit.txt", b"")
        with archive.open(BASE + "data/records.jsonl", "w") as stream:
            for _ in range(400):
                stream.write(bytes(1 << 20))
    begin = time.process_time()
    tracemalloc.start()
    lines, status = verify(str(path))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (status, lines[0][:24]) == (1, "dangerous: more content ")
    assert time.process_time() - begin < 5
    assert peak < 64 << 20


def test_files_that_share_their_bytes_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "overlap.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(BASE + "bagit.txt", bytes(1 << 20))
        for number in range(50):
            again = copy.copy(archive.filelist[0])
            again.filename = f"{BASE}data/{number}"
            archive.filelist.append(again)
    lines, status = verify(str(path))
    assert (status, lines[0][:24]) == (1, "dangerous: more content ")


def test_a_huge_directory_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "many.zip"
    entries = 400_000
    size = 46 * entries
    with path.open("wb") as file:
        file.write(b"PK\x03\x04")
        file.truncate(4 + 2 * size)
        file.seek(4 + 2 * size)
        file.write(b"PK\x05\x06" + bytes(4) + (0xFFFF).to_bytes(2, "little") * 2)
        file.write((2 * size).to_bytes(4, "little") + (4).to_bytes(4, "little") + bytes(2))
    tracemalloc.start()
    lines, status = verify(str(path))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (status, lines[0]) == (1, "dangerous: the directory of the zip file is too large")
    assert peak < 64 << 20


@pytest.mark.parametrize(
    "line",
    [
        b"[" * 200_000,
        b'{"sequence":' + b"9" * 2_000_000 + b"}",
        b"null",
        b"[]",
        b'{"sequence":1}',
        b'{"a":1,"a":2}',
        b"\xff\xfe",
        b"\x00" * 100,
        b"",
    ],
    ids=lambda line: repr(line[:12]),
)
def test_a_line_that_is_no_record_is_named(
    workshop: Any, honest: dict[str, bytes], line: bytes
) -> None:
    lines = honest["data/records.jsonl"].splitlines()
    lines[4] = line
    forged = {**honest, "data/records.jsonl": b"\n".join([*lines, b""])}
    begin = time.process_time()
    told, status = workshop.verdict(forged, refit=True)
    assert status == 1
    assert [text for text in told if text.startswith("record 5 (StatementDrafted ")]
    assert time.process_time() - begin < 5


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("leaf", "zz"),
        ("leaf", None),
        ("chain", 5),
        ("sequence", 0),
        ("sequence", -1),
        ("sequence", True),
        ("sequence", "5"),
        ("sequence", 2**53 - 1),
        ("id", {}),
        ("attachments", None),
        ("attachments", [None]),
        ("attachments", [{"sha256": "../../etc/passwd", "name": "x", "size": 1}]),
    ],
)
def test_a_field_of_another_kind_is_refused(
    workshop: Any, honest: dict[str, bytes], name: str, value: Any
) -> None:
    lines = honest["data/records.jsonl"].decode().splitlines()
    lines[4] = json.dumps(
        {**json.loads(lines[4]), name: value},
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
    )
    forged = {**honest, "data/records.jsonl": ("\n".join(lines) + "\n").encode()}
    told, status = workshop.verdict(forged, refit=True)
    assert status == 1
    assert [text for text in told if text.startswith("record 5 (")]


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"[]\n",
        b"{}\n",
        b'{"case":1,"seal":{}}\n',
        b'{"case":{},"seal":null}\n',
        b'{"case":{},"seal":{"hash_algorithm":"md5"}}\n',
        b"[" * 100_000,
    ],
)
def test_a_head_that_is_none_is_refused(
    workshop: Any, honest: dict[str, bytes], document: bytes
) -> None:
    told, status = workshop.verdict({**honest, "data/case.json": document}, refit=True)
    assert status == 1
    assert "data/case.json" in told[0]


@pytest.mark.parametrize(
    ("name", "value"),
    [("record_count", 2**53 - 1), ("record_count", -1), ("hash_algorithm", "md5"), ("format", "x")],
)
def test_a_seal_with_forged_values_is_refused(
    workshop: Any, honest: dict[str, bytes], name: str, value: Any
) -> None:
    document = json.loads(honest["data/case.json"])
    document["seal"][name] = value
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    forged = {**honest, "data/case.json": text.encode() + b"\n"}
    assert workshop.verdict(forged, refit=True)[1] == 1


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04 torn", b"PK\x05\x06"])
def test_something_else_than_a_bundle_is_a_wrong_call_or_refused(
    tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(content)
    assert verify(str(path))[1] == (1 if content.startswith(b"PK") else 2)


def test_a_zip_file_of_other_things_is_a_wrong_call(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "letter.docx", "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
    lines, status = verify(str(tmp_path / "letter.docx"))
    assert (len(lines), status) == (1, 2)


def test_no_such_file_is_a_wrong_call(tmp_path: Path) -> None:
    lines, status = verify(str(tmp_path / "none.zip"))
    assert (len(lines), status) == (1, 2)


def test_a_torn_download_is_refused(workshop: Any, case: Any, tmp_path: Path) -> None:
    whole = workshop.export(case).read_bytes()
    for part in (0.1, 0.5, 0.99):
        torn = tmp_path / "torn.zip"
        torn.write_bytes(whole[: int(len(whole) * part)])
        assert verify(str(torn))[1] == 1


def test_a_bundle_with_something_in_front_is_refused(
    workshop: Any, case: Any, tmp_path: Path
) -> None:
    path = tmp_path / "polyglot.zip"
    path.write_bytes(b"PK#!/bin/sh\n" + workshop.export(case).read_bytes())
    assert verify(str(path))[1] == 1
