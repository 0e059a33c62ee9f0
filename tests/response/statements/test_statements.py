"""A statement from its draft to the notice board, over HTTP, by five people."""

import hashlib
from typing import Any

import pytest
from sqlalchemy import event

from services.response.statements.queries import whole_statements
from services.response.statements.schemas import StatementOut
from shared.contracts.actors import Permission
from tests.conftest import make_actor
from tests.response.statements.conftest import (
    DEPARTMENT,
    LEADER,
    LEGAL,
    PUBLISHER,
    TEXT,
    WRITER,
    Desk,
)


def steps(statement: dict[str, Any]) -> dict[str, str]:
    return {step["step"]: step["state"] for step in statement["steps"]}


async def test_five_people_bring_a_text_to_the_public(desk: Desk) -> None:
    draft = await desk.draft(kind="holding")
    expected = hashlib.sha256(f"{TEXT['title']}\n\n{TEXT['text']}".encode()).hexdigest()
    assert draft["sha256"] == expected
    assert (draft["state"], draft["version"], draft["waiting_for"]) == ("draft", 1, "drafted")

    for act, body, actor, waiting_for in (
        ("submit", None, WRITER, "department_review"),
        ("reviews", {"review": "department", "passed": True, "comment": "So it was"}, DEPARTMENT,
         "legal_review"),
        ("reviews", {"review": "legal", "passed": True, "comment": ""}, LEGAL, "approval"),
        ("approve", {}, LEADER, "publication"),
    ):  # fmt: skip
        signed = None if body is None else body | {"sha256": expected}
        answer = await desk.act(draft["id"], act, signed, actor=actor)
        assert answer.status_code == 200, answer.text
        assert answer.json()["waiting_for"] == waiting_for

    answer = await desk.publish(draft, "console")
    assert answer.status_code == 202, answer.text
    assert answer.json()["state"] == "publishing"
    assert [row["state"] for row in answer.json()["publications"]] == ["queued"]

    assert await desk.room.work()
    statement = await desk.read(draft["id"])
    assert statement["state"] == "published"
    assert statement["waiting_for"] is None
    assert set(steps(statement).values()) == {"done"}
    assert [step["by"]["name"] for step in statement["steps"]] == [
        "writer", "department", "legal", "leader", "publisher",
    ]  # fmt: skip
    publication = statement["publications"][0]
    assert publication["published_at"]
    notice = (await desk.room.get(publication["location"])).json()
    assert (notice["title"], notice["text"]) == (TEXT["title"], TEXT["text"])
    assert notice["sha256"] == expected

    path = f"/api/v1/incidents/{desk.incident_id}/timeline"
    timeline = (await desk.room.get(path)).json()["items"]
    assert [entry["kind"] for entry in timeline] == [
        "IncidentOpened",
        "StatementDrafted",
        "StatementSubmitted",
        "StatementReviewed",
        "StatementReviewed",
        "StatementApproved",
        "PublicationQueued",
        "StatementPublished",
    ]


async def test_each_act_needs_its_permission(desk: Desk) -> None:
    statement = await desk.approved()
    named = {"sha256": statement["sha256"]}
    review = named | {"passed": True}
    refused = [
        ("submit", None, DEPARTMENT),
        ("reviews", review | {"review": "legal"}, DEPARTMENT),
        ("reviews", review | {"review": "department"}, LEGAL),
        ("reviews", review | {"review": "legal"}, LEADER),
        ("approve", named, LEGAL),
        ("return", {"comment": "No"}, WRITER),
        ("publish", named | {"channels": ["console"]}, LEADER),
        ("withdraw", {"reason": "No"}, WRITER),
        ("correct", TEXT, PUBLISHER),
    ]
    for act, body, actor in refused:
        answer = await desk.act(statement["id"], act, body, actor=actor)
        assert (act, answer.status_code) == (act, 403)
        assert answer.json()["title"] == "Not permitted"


async def test_nobody_signs_what_they_wrote_not_even_who_may_do_everything(desk: Desk) -> None:
    administrator = make_actor("administrator")
    statement = await desk.draft(administrator)
    await desk.act(statement["id"], "submit", actor=administrator)
    for review, other in (("department", DEPARTMENT), ("legal", LEGAL)):
        own = await desk.review(statement, review, actor=administrator)
        assert own.status_code == 403
        assert own.json()["title"] == "Four eyes needed"
        assert (await desk.review(statement, review, actor=other)).status_code == 200
    approval = {"sha256": statement["sha256"]}
    own = await desk.act(statement["id"], "approve", approval, actor=administrator)
    assert own.status_code == 403
    assert (await desk.read(statement["id"]))["state"] == "approval"


async def test_who_wrote_an_earlier_version_is_a_writer_too(desk: Desk) -> None:
    administrator = make_actor("administrator")
    statement = await desk.draft(administrator)
    assert (await desk.rewrite(statement["id"], text="Another wording.")).status_code == 200
    await desk.act(statement["id"], "submit", actor=WRITER)
    current = await desk.read(statement["id"])
    assert (await desk.review(current, "department", actor=administrator)).status_code == 403


async def test_one_person_gives_one_of_the_three_signatures(desk: Desk) -> None:
    both = make_actor("both")
    statement = await desk.draft()
    await desk.act(statement["id"], "submit", actor=WRITER)
    assert (await desk.review(statement, "department", actor=both)).status_code == 200
    assert (await desk.review(statement, "legal", actor=both)).status_code == 403
    assert (await desk.review(statement, "legal", actor=LEGAL)).status_code == 200
    approval = {"sha256": statement["sha256"]}
    own = await desk.act(statement["id"], "approve", approval, actor=both)
    assert (own.status_code, own.json()["title"]) == (403, "Four eyes needed")


async def test_legal_waits_for_the_department(desk: Desk) -> None:
    statement = await desk.draft()
    await desk.act(statement["id"], "submit", actor=WRITER)
    early = await desk.review(statement, "legal", actor=LEGAL)
    assert early.status_code == 409
    assert "after the department" in early.json()["detail"]


async def test_a_signature_names_the_text_that_it_is_for(desk: Desk) -> None:
    first = await desk.draft()
    assert (await desk.rewrite(first["id"], text="A cable broke.")).status_code == 200
    await desk.act(first["id"], "submit", actor=WRITER)

    old = await desk.review(first, "department", actor=DEPARTMENT)
    assert old.status_code == 409
    assert "version 1" in old.json()["detail"]
    assert (old.json()["named_version"], old.json()["current_version"]) == (1, 2)
    none = await desk.review(first | {"sha256": "0" * 64}, "department", actor=DEPARTMENT)
    assert none.status_code == 409
    assert "No version has this hash" in none.json()["detail"]
    assert (await desk.review(first | {"sha256": "abc"}, "legal", actor=LEGAL)).status_code == 422


async def test_an_edit_after_approval_needs_the_whole_way_again(desk: Desk) -> None:
    approved = await desk.approved()
    edited = await desk.rewrite(approved["id"], text="A cable was damaged by a digger.")
    assert edited.status_code == 200
    statement = edited.json()
    assert (statement["state"], statement["version"]) == ("draft", 2)
    assert steps(statement)["approval"] == "open"
    assert [version["version"] for version in statement["versions"]] == [1, 2]

    for named in (approved, statement):
        assert (await desk.publish(named, "console")).status_code == 409
    assert not await desk.room.work()


async def test_a_change_names_the_state_that_was_read(desk: Desk) -> None:
    statement = await desk.draft()
    path = f"/api/v1/statements/{statement['id']}"
    etag = (await desk.room.get(path)).headers["etag"]
    without = await desk.room.call("PUT", f"{path}/text", json=TEXT, actor=WRITER)
    assert without.status_code == 428
    await desk.act(statement["id"], "submit", actor=WRITER)
    stale = await desk.room.call(
        "PUT", f"{path}/text", json=TEXT, actor=WRITER, headers={"If-Match": etag}
    )
    assert stale.status_code == 412


async def test_a_text_that_is_sent_back_needs_a_new_version(desk: Desk) -> None:
    statement = await desk.draft()
    await desk.act(statement["id"], "submit", actor=WRITER)
    body = {
        "review": "department",
        "passed": False,
        "comment": "Which cable?",
        "sha256": statement["sha256"],
    }
    returned = (await desk.act(statement["id"], "reviews", body, actor=DEPARTMENT)).json()
    assert (returned["state"], returned["waiting_for"]) == ("returned", "drafted")
    assert returned["steps"][1]["state"] == "returned"
    assert returned["steps"][1]["comment"] == "Which cable?"
    assert (await desk.act(statement["id"], "submit", actor=WRITER)).status_code == 409
    assert (await desk.rewrite(statement["id"], text="Cable 7.")).status_code == 200
    assert (await desk.act(statement["id"], "submit", actor=WRITER)).status_code == 200


async def test_the_leading_group_takes_an_approval_back(desk: Desk) -> None:
    statement = await desk.approved()
    answer = await desk.act(statement["id"], "return", {"comment": "Wait"}, actor=LEADER)
    assert answer.json()["state"] == "returned"
    assert steps(answer.json())["approval"] == "returned"
    assert (await desk.publish(statement, "console")).status_code == 409


async def test_a_published_text_is_corrected_by_a_statement_of_its_own(desk: Desk) -> None:
    statement = await desk.approved()
    early = await desk.act(statement["id"], "correct", TEXT, actor=WRITER)
    assert early.status_code == 409
    await desk.publish(statement, "console")
    await desk.room.work()
    assert (await desk.rewrite(statement["id"], text="Better")).status_code == 409

    answer = await desk.act(statement["id"], "correct", TEXT | {"text": "Two"}, actor=WRITER)
    assert answer.status_code == 201
    correction = answer.json()
    assert correction["kind"] == "correction"
    assert correction["supersedes_id"] == statement["id"]
    assert (correction["state"], correction["version"]) == ("draft", 1)
    listed = (await desk.room.get(f"/api/v1/incidents/{desk.incident_id}/statements")).json()
    assert [item["id"] for item in listed["items"]] == [correction["id"], statement["id"]]


async def test_a_withdrawn_text_stays_on_the_record_and_on_the_board(desk: Desk) -> None:
    statement = await desk.approved()
    await desk.publish(statement, "console")
    await desk.room.work()
    answer = await desk.act(
        statement["id"], "withdraw", {"reason": "Wrong number"}, actor=PUBLISHER
    )
    withdrawn = answer.json()
    assert (withdrawn["state"], withdrawn["waiting_for"]) == ("withdrawn", None)
    assert withdrawn["withdrawn_by"]["name"] == "publisher"
    assert steps(withdrawn)["publication"] == "done"
    notices = (await desk.room.get("/api/v1/channels/console/notices")).json()["items"]
    assert [notice["withdrawal_reason"] for notice in notices] == ["Wrong number"]
    assert (await desk.publish(statement, "console")).status_code == 409
    again = await desk.act(statement["id"], "withdraw", {"reason": "x"}, actor=PUBLISHER)
    assert again.status_code == 409


async def test_a_declined_incident_makes_no_statements(desk: Desk) -> None:
    path = f"/api/v1/incidents/{desk.incident_id}"
    assert (await desk.room.post(f"{path}/decline", {"grounds": "Nothing"})).status_code == 200
    answer = await desk.room.post(f"{path}/statements", TEXT)
    assert answer.status_code == 409


async def test_statements_are_listed_by_state(desk: Desk) -> None:
    draft, approved = await desk.draft(), await desk.approved()
    for state, expected in (("draft", draft), ("approved", approved)):
        items = (await desk.room.get(f"/api/v1/statements?state={state}")).json()["items"]
        assert [item["id"] for item in items] == [expected["id"]]
    assert (await desk.room.get("/api/v1/statements?state=lost")).status_code == 422


async def test_a_page_costs_the_same_four_queries_however_long_it_is(desk: Desk) -> None:
    for _ in range(3):
        await desk.draft()
    engine = desk.room.runtime.database.engine.sync_engine
    seen: list[str] = []

    def note(*arguments: Any) -> None:
        seen.append(arguments[2])

    event.listen(engine, "before_cursor_execute", note)
    try:
        async with desk.room.transaction() as session:
            rows = (await session.scalars(whole_statements())).all()
            assert len([StatementOut.of(row) for row in rows]) == 3
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert len(seen) == 4


async def test_the_channels_say_what_they_can_do(desk: Desk) -> None:
    answer = await desk.room.get("/api/v1/channels")
    assert answer.json()["items"] == [
        {"name": "console", "idempotent": True, "can_look_up": True, "takes_drills": True}
    ]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"title": "Two\nlines", "text": "x"}, "/title"),
        ({"title": " ", "text": "x"}, "/title"),
        ({"title": "x", "text": "a\x00b"}, "/text"),
        ({"title": "x", "text": "x", "kind": "advert"}, "/kind"),
        ({"title": "x"}, "/text"),
        ({"title": "x", "text": "x", "sha256": "0" * 64}, "/sha256"),
    ],
)
async def test_a_text_that_does_not_fit_is_refused(
    desk: Desk, body: dict[str, str], pointer: str
) -> None:
    path = f"/api/v1/incidents/{desk.incident_id}/statements"
    answer = await desk.room.post(path, body)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


async def test_there_is_nothing_at_an_id_that_nobody_made(desk: Desk) -> None:
    nobody = "00000000-0000-7000-8000-000000000000"
    named = {"sha256": "0" * 64, "channels": ["console"]}
    for path, body in (
        (f"incidents/{nobody}/statements", TEXT),
        (f"statements/{nobody}/submit", None),
        (f"statements/{nobody}/publish", named),
        (f"publications/{nobody}/resolve", {"published": True}),
    ):
        assert (await desk.room.post(f"/api/v1/{path}", body)).status_code == 404
    for path in (f"statements/{nobody}", f"channels/console/notices/{nobody}"):
        assert (await desk.room.get(f"/api/v1/{path}")).status_code == 404


async def test_only_a_viewer_reads(desk: Desk) -> None:
    nobody = make_actor("nobody", Permission.CLASSIFY)
    for path in ("statements", "channels", "channels/console/notices"):
        assert (await desk.room.get(f"/api/v1/{path}", actor=nobody)).status_code == 403
