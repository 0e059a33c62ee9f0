"""What a file is, is read from the file."""

import pytest

from services.monitor.imports.files import FileForm, FileRefusedError, encoding_of, recognise

TABLE = "编号,内容,发布时间\n1,城东停电了,2026-11-01 21:04\n"


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (TABLE.encode(), "utf-8"),
        (TABLE.encode("utf-8-sig"), "utf-8"),
        (TABLE.encode("gb18030"), "gb18030"),
        (TABLE.encode("gbk"), "gb18030"),
        (TABLE.encode("utf-16"), "utf-8"),
    ],
    ids=["utf-8", "bom", "gb18030", "gbk", "utf-16"],
)
def test_tables_of_the_usual_encodings_are_read(content: bytes, encoding: str) -> None:
    file = recognise(content)
    assert (file.form, file.encoding, file.delimiter) == (FileForm.CSV, encoding, ",")
    assert file.header == ("编号", "内容", "发布时间")
    assert file.content[file.start :].decode(encoding).startswith("1,城东")


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_few_broken_bytes_do_not_change_the_encoding_of_a_file(encoding: str) -> None:
    rows = [f"{number},城东停电了，谁管？".encode(encoding) for number in range(1_000)]
    rows[500] = b"500,\xff\xfe\x81 broken"
    assert encoding_of(b"\n".join(rows)) == encoding


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_the_delimiter_is_the_one_of_the_header(delimiter: str) -> None:
    file = recognise(f"text{delimiter}time\nA, B; C|D{delimiter}2026-11-01\n".encode())
    assert (file.delimiter, file.header) == (delimiter, ("text", "time"))


def test_a_name_in_quotes_may_hold_the_delimiter_and_a_line_end() -> None:
    file = recognise(b'"text, in\nfull",time\nx,y\n')
    assert file.header == ("text, in\nfull", "time")
    assert file.content[file.start :] == b"x,y\n"


def test_line_ends_of_old_programs_are_read() -> None:
    file = recognise(b"text,time\rone,2026-11-01\r")
    assert file.content[file.start :] == b"one,2026-11-01\n"


def test_empty_lines_before_the_header_are_passed_over() -> None:
    assert recognise(b"\n\r\ntext,time\n1,2\n").header == ("text", "time")


@pytest.mark.parametrize("content", [b'{"text": "x"}\n', b'\xef\xbb\xbf\n{"text": "x"}'])
def test_lines_of_json_are_known_by_their_first_sign(content: bytes) -> None:
    assert recognise(content).form is FileForm.JSONL


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"  \n \r\n", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b'[{"text": "x"}]', "JSON array"),
        (b"\xff\xfe\x00", "UTF-16"),
        (b'"never closed' + b"\na line" * 20_000, "first line"),
        (b"one\rtwo\n", "first line"),
        (b"x" * 100_000, "first line"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_reason(content: bytes, reason: str) -> None:
    with pytest.raises(FileRefusedError, match=reason):
        recognise(content)
