"""However a file is cut, its rows come out whole, once each, in order."""

import csv
import io
import json
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.monitor.imports.files import FileForm, recognise
from services.monitor.imports.stretches import Reading, Record, read_stretch


def read_all(content: bytes, *, window: int, most: int = 1_000) -> Iterator[Record]:
    """The rows of a file through windows of a few bytes, as an import reads it."""
    file = recognise(content)
    reading = Reading(file.form, file.encoding, file.delimiter, file.header)
    position = file.start
    while position < len(file.content):
        part = file.content[position : position + window]
        final = position + len(part) >= len(file.content)
        stretch = read_stretch(part, reading, final=final, most=most)
        assert stretch.consumed or final, "one row is longer than the window"
        assert len(stretch.records) <= most
        yield from stretch.records
        position += stretch.consumed


CELLS = st.text(st.sampled_from('停电 ,"\n;a'), max_size=8)


@settings(deadline=None)
@given(
    rows=st.lists(st.tuples(CELLS, CELLS), max_size=12),
    window=st.integers(120, 200),
    most=st.integers(1, 5),
    encoding=st.sampled_from(["utf-8", "gb18030"]),
)
def test_rows_survive_every_cut(
    rows: list[tuple[str, str]], window: int, most: int, encoding: str
) -> None:
    stream = io.StringIO()
    # Every cell in quotes: a line end in one is part of the row.
    writer = csv.writer(stream, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerows([("内容", "时间"), *rows])
    read = list(read_all(stream.getvalue().encode(encoding), window=window, most=most))
    assert [record.reason for record in read] == [None] * len(rows)
    assert [(record.values["内容"], record.values["时间"]) for record in read] == rows


@settings(deadline=None)
@given(
    objects=st.lists(st.dictionaries(st.sampled_from("abc"), CELLS, min_size=1), min_size=1),
    window=st.integers(160, 240),
    most=st.integers(1, 5),
)
def test_objects_survive_every_cut(objects: list[dict[str, str]], window: int, most: int) -> None:
    content = "\n".join(json.dumps(item, ensure_ascii=False) for item in objects).encode()
    assert [record.values for record in read_all(content, window=window, most=most)] == objects


def test_a_row_with_the_wrong_number_of_columns_is_refused_alone() -> None:
    content = b"text,time\nA,1\nB\nC,3,4\nD,4,\n"
    read = list(read_all(content, window=1_000))
    assert [record.reason for record in read] == [
        None,
        "the row has 1 columns, the header 2",
        "the row has 3 columns, the header 2",
        None,
    ]


def test_bytes_that_are_no_text_stay_in_their_row() -> None:
    rows = b"".join(b"%d,\xe5\x81\x9c\n" % number for number in range(50))
    read = list(read_all(b"text,time\n" + rows + b"bad,\xff\xfe\n" + rows, window=1_000))
    assert len(read) == 101
    assert [record.values["time"].isprintable() for record in read].count(False) == 1


@pytest.mark.parametrize(
    "line", ["{", "[1]", "null", "1", '{"a": 1} x', "[" * 100_000, f'{{"a": {"9" * 5_000}}}']
)
def test_a_line_that_is_no_object_is_refused_alone(line: str) -> None:
    content = f'{{"text": "one"}}\n{line}\n{{"text": "two"}}'.encode()
    first, second, third = read_all(content, window=1 << 20)
    assert first.reason is third.reason is None
    assert second.reason is not None


def test_a_cell_beyond_all_measure_is_refused() -> None:
    content = b'text,time\n"' + b"x" * 200_000 + b'",1\nnext,2\n'
    first, second = read_all(content, window=1 << 20)
    assert first.reason is not None
    assert "field larger" in first.reason
    assert second.values == {"text": "next", "time": "2"}


def test_a_row_longer_than_the_window_consumes_nothing() -> None:
    reading = Reading(FileForm.CSV, "utf-8", ",", ("text", "time"))
    stretch = read_stretch(b'"never closed' + b"\na line" * 100, reading, final=False, most=10)
    assert (stretch.records, stretch.consumed) == ([], 0)
