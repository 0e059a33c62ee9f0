"""Labels as training data: one JSON line a text, the newest last, however many there are."""

import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, Final

from sqlalchemy import Row, Select, select

from services.analysis.labels.models import Label, LabelledText, LabelState
from services.analysis.labels.settling import Conflicts, settle
from shared.contracts.labels import Task
from shared.db import Database

# Rows held at a time.
_STRETCH: Final = 500
_PSEUDONYM_BYTES: Final = 6

Labelled = Row[Label, LabelledText]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which labels are exported, and what becomes of texts that people label differently."""

    task: Task | None = None
    conflicts: Conflicts = Conflicts.MAJORITY
    since: datetime | None = None
    until: datetime | None = None


async def training_lines(database: Database, wanted: Wanted, secret: bytes) -> AsyncIterator[bytes]:
    """The lines, read from one state of the database while they are sent.

    People stand in them under pseudonyms, keyed with `secret`: the same person has the same one in
    every export of this installation, and none elsewhere.
    """
    async with database.transaction() as session:
        rows = await session.stream(_query(wanted), execution_options={"yield_per": _STRETCH})
        held: list[Labelled] = []
        async for stretch in rows.partitions(_STRETCH):
            held += stretch
            # The labels of one text may go on in the next stretch.
            whole = [row for row in held if _text_of(row) != _text_of(held[-1])]
            held = held[len(whole) :]
            yield _lines(whole, wanted.conflicts, secret)
        yield _lines(held, wanted.conflicts, secret)


async def begun(lines: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The same lines, the first of which are there: what fails until then is answered as an error,
    afterwards the status has left."""
    first = await anext(lines, b"")

    async def all_lines() -> AsyncIterator[bytes]:
        yield first
        async for piece in lines:
            yield piece

    return all_lines()


def _query(wanted: Wanted) -> Select[Label, LabelledText]:
    query = (
        select(Label, LabelledText)
        .join(
            LabelledText,
            (LabelledText.post_id == Label.post_id) & (LabelledText.revision == Label.revision),
        )
        .where(Label.state == LabelState.CURRENT)
        .order_by(Label.post_id, Label.revision, Label.task, Label.target, Label.id)
    )
    if wanted.task is not None:
        query = query.where(Label.task == wanted.task)
    if wanted.since is not None:
        query = query.where(Label.labelled_at >= wanted.since)
    if wanted.until is not None:
        query = query.where(Label.labelled_at < wanted.until)
    return query


def _text_of(row: Labelled) -> tuple[object, ...]:
    label = row[0]
    return label.post_id, label.revision, label.task, label.target


def _lines(rows: Sequence[Labelled], conflicts: Conflicts, secret: bytes) -> bytes:
    found = (_line(list(same), conflicts, secret) for _, same in groupby(rows, key=_text_of))
    return b"".join(
        json.dumps(line, ensure_ascii=False, default=str).encode() + b"\n"
        for line in found
        if line is not None
    )


def _line(rows: Sequence[Labelled], conflicts: Conflicts, secret: bytes) -> dict[str, Any] | None:
    settled = settle([label.label for label, _ in rows], conflicts)
    if settled is None:
        return None
    agreeing = [label for label, _ in rows if label.label == settled]
    newest, words = agreeing[-1], rows[0][1]
    line: dict[str, Any] = {
        "text": f"{words.title}\n{words.text}" if words.title else words.text,
        "lang": words.language,
        "task": newest.task,
        "label": settled,
        "source": "people",
        "labelled_by": [_pseudonym(label.labelled_by_id, secret) for label in agreeing],
        "labelled_at": newest.labelled_at.isoformat(),
        "post_id": newest.post_id,
        "revision": newest.revision,
        "platform": words.platform,
        "sampled": any(label.sampled for label in agreeing),
        "model": {"label": newest.model_label, "release": newest.release},
    }
    return line | ({"target": newest.target} if newest.target is not None else {})


def _pseudonym(person: str, secret: bytes) -> str:
    digest = hmac.new(secret, b"labelled by " + person.encode(), hashlib.sha256)
    return f"person-{digest.hexdigest()[: 2 * _PSEUDONYM_BYTES]}"
