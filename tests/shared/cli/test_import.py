"""`groundswell import` against a twin of the API."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shared.cli.import_ import columns_of, import_

REPORT = {
    "id": "i1",
    "status": "done",
    "rows": 3,
    "accepted": 2,
    "duplicate": 0,
    "revised": 0,
    "rejected": 1,
    "refused": [{"row": 3, "reason": "published_at is no time"}],
}


@pytest.fixture
def table(tmp_path: Path) -> Path:
    file = tmp_path / "posts.csv"
    file.write_text("内容,发布时间\n停电了,2026-11-20T21:00:00+08:00\n", "utf-8")
    return file


def test_the_file_goes_up_with_its_columns(twin: Any, run: Callable[..., Any], table: Path) -> None:
    twin.import_states = [
        {"id": "i1", "status": "queued"},
        {"id": "i1", "status": "running"},
        REPORT,
    ]
    outcome = run(
        import_,
        table,
        "--map",
        "text=内容",
        "--map",
        "published_at=发布时间",
        "--platform",
        "forum",
    )
    assert json.loads(twin.uploaded["mapping"]) == {"text": "内容", "published_at": "发布时间"}
    assert twin.uploaded["platform"] == "forum"
    assert twin.uploaded["content"] == table.read_bytes()
    assert outcome.status == 1
    assert "done: 2 accepted, 0 duplicate, 0 revised, 1 rejected" in outcome.out
    assert "row 3: published_at is no time" in outcome.out


def test_a_clean_import_ends_with_zero(twin: Any, run: Callable[..., Any], table: Path) -> None:
    twin.import_states = [REPORT | {"rejected": 0, "refused": []}]
    outcome = run(import_, table, "--json")
    assert outcome.status == 0
    assert json.loads(outcome.out)["accepted"] == 2


def test_a_missing_file_is_told(run: Callable[..., Any], tmp_path: Path) -> None:
    assert "There is no file" in str(run(import_, tmp_path / "none.csv").error)


@pytest.mark.parametrize("pair", ["text", "=内容", "text= "])
def test_a_mapping_that_cannot_be_read_is_told(pair: str) -> None:
    with pytest.raises(Exception, match="FIELD=COLUMN"):
        columns_of([pair])
