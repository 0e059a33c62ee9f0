"""A sample case, as the archive would file it."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from services.archive.casefiles.filing import chained, make_seal, plain
from services.archive.casefiles.hashing import genesis

CASE_ID = "0193b6a2-0000-7000-8000-000000000001"
PICTURE = b"\x89PNG a picture of the shelf"
LETTER = "致顾客的一封信".encode()
KINDS = (
    "WarningRaised",
    "IncidentOpened",
    "IncidentAssessed",
    "ResponseActivated",
    "StatementDrafted",
    "StatementSubmitted",
    "StatementReviewed",
    "StatementApproved",
    "StatementPublished",
    "ResponseStoodDown",
    "IncidentClosed",
)


@dataclass
class SampleCase:
    """A case with everything that its bundle is made of."""

    head: dict[str, Any]
    records: list[dict[str, Any]]
    seal: dict[str, Any]
    attachments: dict[str, bytes]


def described(content: bytes, name: str) -> dict[str, Any]:
    return {
        "sha256": hashlib.sha256(content).hexdigest(),
        "name": name,
        "media_type": "application/octet-stream",
        "size": len(content),
    }


def sample_case(
    size: int = len(KINDS), case_id: str = CASE_ID, algorithm: str = "sha256"
) -> SampleCase:
    files = {2: [described(PICTURE, "shelf.png"), described(LETTER, "信.txt")]}
    records: list[dict[str, Any]] = []
    chain = genesis(case_id, algorithm)
    for sequence in range(1, size + 1):
        record = {
            "sequence": sequence,
            "id": f"0193b6a2-0000-7000-9000-{sequence:012}",
            "case_id": case_id,
            "kind": KINDS[(sequence - 1) % len(KINDS)],
            "room": "response",
            "occurred_at": f"2026-03-01T08:{sequence % 60:02}:00Z",
            "filed_at": f"2026-03-01T08:{sequence % 60:02}:01Z",
            "actor": {"id": "u1", "name": "样例值班员"} if sequence % 2 else None,
            "content": plain({"text": f"第 {sequence} 步 <script>", "share": sequence / 8}),
            "attachments": files.get(sequence, []),
        }
        records.append(chained(record, chain, algorithm))
        chain = records[-1]["chain"]
    head = {"case_id": case_id, "title": "样例：牛奶 <b>异味</b>", "level": "red"}
    leaves = [record["leaf"] for record in records]
    seal = make_seal(
        head,
        leaves,
        head=chain,
        sealed_at="2026-03-05T10:00:00Z",
        final=True,
        algorithm=algorithm,
    )
    contents = (PICTURE, LETTER) if size > 1 else ()
    attachments = {hashlib.sha256(content).hexdigest(): content for content in contents}
    return SampleCase(head, records, seal, attachments)


@pytest.fixture(scope="session")
def make_case() -> Callable[..., SampleCase]:
    return sample_case


@pytest.fixture
def case() -> SampleCase:
    return sample_case()
