"""From events to a sealed case file that proves itself."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from services.archive.exports.verify import main
from services.archive.room import room as archive_room
from shared.contracts.actors import SYSTEM, ActorRef
from shared.contracts.aftermath import (
    FollowUpEnded,
    IncidentSubjectsChanged,
    Subject,
    SubjectKind,
)
from shared.contracts.event import Event
from shared.contracts.incidents import (
    IncidentAssessed,
    IncidentClosed,
    IncidentOpened,
    ResponseActivated,
    ResponseStoodDown,
    TimelineNoted,
)
from shared.contracts.levels import IncidentLevel, WarningLevel
from shared.contracts.stories import StoriesMerged
from shared.contracts.warnings import WarningAcknowledged, WarningRaised
from shared.events import emit
from shared.ids import new_id
from tests.conftest import OpenRoom, RoomClient

PERSON = ActorRef(id="user:chen", name="Chen (sample)")


@pytest.fixture
async def archive(open_room: OpenRoom) -> RoomClient:
    return await open_room(archive_room)


def raised(warning_id: UUID) -> WarningRaised:
    now = datetime.now(UTC)
    return WarningRaised(
        warning_id=warning_id,
        story_id=new_id(),
        watch_id=new_id(),
        watch_name="Own brand",
        title="Explosion?",
        level=WarningLevel.ORANGE,
        reasons=(),
        post_count=180,
        first_post_at=now,
        warned_at=now,
    )


def opened(incident_id: UUID, warning_id: UUID | None = None) -> IncidentOpened:
    return IncidentOpened(
        incident_id=incident_id,
        number="2026-0001",
        title="Explosion?",
        summary="A rumour",
        level=WarningLevel.ORANGE,
        opened_by=SYSTEM,
        opened_at=datetime.now(UTC),
        warning_id=warning_id,
    )


async def tell(room: RoomClient, *events: Event) -> None:
    for event in events:
        async with room.transaction() as session:
            await emit(session, event)
    while await room.work():
        pass


async def only_case(room: RoomClient) -> dict[str, Any]:
    cases = (await room.get("/api/v1/cases")).json()["items"]
    assert len(cases) == 1
    case: dict[str, Any] = (await room.get(f"/api/v1/cases/{cases[0]['id']}")).json()
    return case


async def whole_incident(room: RoomClient) -> dict[str, Any]:
    incident_id, warning_id = new_id(), new_id()
    await tell(
        room,
        raised(warning_id),
        opened(incident_id, warning_id),
        WarningAcknowledged(warning_id=warning_id, by=PERSON),
        IncidentAssessed(
            incident_id=incident_id,
            assessment_id=new_id(),
            level=IncidentLevel.MAJOR,
            what_happened="cable",
            impact="12,000 households",
            credibility="low",
            by=PERSON,
        ),
        ResponseActivated(
            incident_id=incident_id,
            level=IncidentLevel.MAJOR,
            lead_group="g4",
            grounds="spreads",
            by=PERSON,
        ),
        ResponseStoodDown(incident_id=incident_id, grounds="quiet", by=PERSON),
        IncidentClosed(incident_id=incident_id, outcome="restored", by=PERSON),
    )
    return await only_case(room)


async def test_the_warning_comes_first_and_everything_stands_in_order(
    archive: RoomClient,
) -> None:
    case = await whole_incident(archive)
    records = (await archive.get(f"/api/v1/cases/{case['id']}/records")).json()["items"]
    assert [record["kind"] for record in records] == [
        "WarningRaised",
        "IncidentOpened",
        "WarningAcknowledged",
        "IncidentAssessed",
        "ResponseActivated",
        "ResponseStoodDown",
        "IncidentClosed",
        "CompletenessChecked",
    ]
    assert [record["sequence"] for record in records] == list(range(1, 9))
    assert records[3]["actor"]["name"] == "Chen (sample)"


async def test_what_was_told_of_a_warning_is_filed_when_it_joins_the_incident(
    archive: RoomClient,
) -> None:
    incident_id, warning_id = new_id(), new_id()
    warning = Subject(kind=SubjectKind.WARNING, ref=str(warning_id))
    joins = IncidentSubjectsChanged(
        incident_id=incident_id, subjects=(warning,), added=(warning,), by=PERSON
    )
    leaves = IncidentSubjectsChanged(
        incident_id=incident_id, subjects=(), removed=(warning,), by=PERSON
    )
    taken = WarningAcknowledged(warning_id=warning_id, by=PERSON)
    await tell(archive, raised(warning_id), opened(incident_id), joins, taken, leaves, taken)
    case = await only_case(archive)
    records = (await archive.get(f"/api/v1/cases/{case['id']}/records")).json()["items"]
    assert [record["kind"] for record in records] == [
        "IncidentOpened",
        "IncidentSubjectsChanged",
        "WarningRaised",
        "WarningAcknowledged",
        "IncidentSubjectsChanged",
    ]


async def test_a_record_says_which_room_told_it(archive: RoomClient) -> None:
    incident_id = new_id()
    done = FollowUpEnded(incident_id=incident_id, sightings=0, reason="calm", by=PERSON)
    await tell(archive, opened(incident_id), done)
    case = await only_case(archive)
    records = (await archive.get(f"/api/v1/cases/{case['id']}/records")).json()["items"]
    assert [record["room"] for record in records] == ["response", "monitor"]


async def test_closing_seals_and_says_what_lacks(archive: RoomClient) -> None:
    case = await whole_incident(archive)
    assert case["state"] == "sealed"
    assert case["seal"]["record_count"] == 8
    assert case["seal"]["final"] is True
    lacking = {finding["stage"] for finding in case["completeness"] if not finding["present"]}
    assert lacking == {"statements"}
    proof = (await archive.get(f"/api/v1/cases/{case['id']}/proof")).json()
    assert proof["intact"] is True


async def test_an_event_told_twice_is_filed_once(archive: RoomClient) -> None:
    incident_id = new_id()
    await tell(archive, opened(incident_id))
    note = TimelineNoted(
        incident_id=incident_id, text="called", happened_at=datetime.now(UTC), by=PERSON
    )
    await tell(archive, note)
    async with archive.transaction() as session:
        await session.execute(
            text("UPDATE corridor.deliveries SET state = 'ready', available_at = now()")
        )
    while await archive.work():
        pass
    async with archive.transaction() as session:
        filed = await session.scalar(text("SELECT count(*) FROM archive.records"))
        failed = await session.scalar(
            text("SELECT count(*) FROM corridor.deliveries WHERE error IS NOT NULL")
        )
    assert (filed, failed) == (2, 0)


async def test_what_comes_after_the_sealing_is_filed_and_the_seal_still_holds(
    archive: RoomClient, tmp_path: Path
) -> None:
    case = await whole_incident(archive)
    await tell(archive, WarningAcknowledged(warning_id=UUID(case["warning_id"]), by=PERSON))
    again = await only_case(archive)
    assert again["records"] == case["records"] + 1
    assert again["seal"] == case["seal"]
    assert (await archive.get(f"/api/v1/cases/{case['id']}/proof")).json()["intact"] is True
    bundle = tmp_path / "case.zip"
    bundle.write_bytes((await archive.get(f"/api/v1/cases/{case['id']}/export")).content)
    assert main([str(bundle), "--seal", case["seal"]["chain_head"]]) == 0


async def test_the_case_file_notes_what_became_of_its_story(archive: RoomClient) -> None:
    case = await whole_incident(archive)
    merged = StoriesMerged(
        warning_id=UUID(case["warning_id"]),
        change_id=new_id(),
        story_id=new_id(),
        title="Outage in the city",
        other_id=new_id(),
        other_title="Explosion?",
        posts=12,
        reason="The same outage",
        by=PERSON,
    )
    await tell(archive, merged)
    records = (await archive.get(f"/api/v1/cases/{case['id']}/records?limit=100")).json()["items"]
    filed = [each for each in records if each["kind"] == "StoriesMerged"]
    assert len(filed) == 1
    assert filed[0]["content"]["other_title"] == "Explosion?"


@pytest.mark.parametrize(
    ("tampering", "words"),
    [
        ("UPDATE archive.records SET body = replace(body, '12,000', '12') WHERE sequence = 4", "4"),
        ("DELETE FROM archive.records WHERE sequence = 3", "3"),
        ("DELETE FROM archive.records WHERE sequence = 8", "8"),
    ],
)
async def test_a_database_owner_who_tampers_is_found_out(
    archive: RoomClient, tampering: str, words: str
) -> None:
    case = await whole_incident(archive)
    async with archive.transaction() as session:
        await session.execute(text(tampering))
    proof = (await archive.get(f"/api/v1/cases/{case['id']}/proof")).json()
    assert proof["intact"] is False
    assert f"record {words}" in proof["problems"][0]


async def test_an_exported_case_verifies(archive: RoomClient, tmp_path: Path) -> None:
    case = await whole_incident(archive)
    answer = await archive.get(f"/api/v1/cases/{case['id']}/export")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/zip"
    bundle = tmp_path / "case.zip"
    bundle.write_bytes(answer.content)
    assert main([str(bundle)]) == 0
