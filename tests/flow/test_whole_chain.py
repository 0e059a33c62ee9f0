"""From the first post to the sealed case file, over HTTP, through the gateway."""

from typing import Any

import httpx

from tests.flow.conftest import GROUP, WAVES, Staff
from tests.house import eventually, said


def test_every_post_is_stored_once_and_gets_an_opinion(
    staff: Staff, watch: dict[str, Any], climb: list[dict[str, Any]]
) -> None:
    total = sum(count for count, _ in WAVES)

    def judged() -> list[dict[str, Any]]:
        page = said(staff.watcher.get("/posts", params={"watch": watch["id"], "limit": 200}), 200)
        known = [post for post in page["items"] if post["opinion"]]
        return known if len(known) == total else []

    posts = eventually(judged)
    assert len({post["external_id"] for post in posts}) == total
    assert {post["opinion"]["sentiment"]["label"] for post in posts} >= {"negative"}


def test_posts_about_one_matter_are_one_story(
    staff: Staff, watch: dict[str, Any], climb: list[dict[str, Any]]
) -> None:
    stories = said(staff.watcher.get("/stories", params={"watch": watch["id"]}), 200)["items"]
    assert [story["posts"] + story["copies"] for story in stories] == [
        sum(count for count, _ in WAVES)
    ]
    assert stories[0]["warning_id"] == climb[-1]["id"]


def test_one_warning_climbs_and_says_why(climb: list[dict[str, Any]]) -> None:
    assert [warning["level"] for warning in climb] == [level for _, level in WAVES]
    assert len({warning["id"] for warning in climb}) == 1
    for warning in climb:
        heat = warning["reasons"][0]
        assert heat["code"] == "heat"
        assert heat["value"] >= heat["threshold"]
        assert heat["text"]
        assert heat["text_zh"]
        assert warning["evidence"]


def test_an_orange_warning_opens_an_incident_by_itself(staff: Staff, incident: str) -> None:
    opened = said(staff.chair.get(f"/incidents/{incident}"), 200)
    assert opened["opened_by"]["kind"] == "system"
    assert opened["level"] == "orange"


def test_a_command_is_carried_out_by_its_group(command: dict[str, Any]) -> None:
    assert command["group"] == GROUP
    assert command["state"] == "done"
    assert command["acknowledged_by"]["name"] == command["completed_by"]["name"] == "writer"


def test_a_statement_is_the_work_of_four_people(statement: dict[str, Any]) -> None:
    steps = {step["step"]: step["by"]["name"] for step in statement["steps"]}
    assert steps == {
        "drafted": "writer",
        "department_review": "department",
        "legal_review": "lawyer",
        "approval": "member",
        "publication": "writer",
    }


def test_the_statement_is_on_the_board_once(staff: Staff, statement: dict[str, Any]) -> None:
    board = said(staff.writer.get("/channels/console/notices"), 200)["items"]
    mine = [notice for notice in board if notice["statement_id"] == statement["id"]]
    assert [(notice["text"], notice["sha256"]) for notice in mine] == [
        (statement["text"], statement["sha256"])
    ]


def test_nobody_signs_a_text_of_their_own_or_another_one(staff: Staff, admin: httpx.Client) -> None:
    new = {"title": "Another (sample)", "summary": "By hand (sample).", "level": "blue"}
    incident = said(staff.chair.post("/incidents", json=new), 201)["id"]
    draft = {"title": "A text (sample)", "text": "By the administrator (sample)."}
    # The administrator holds every permission there is, and wrote it.
    made = said(admin.post(f"/incidents/{incident}/statements", json=draft), 201)
    at, signed = f"/statements/{made['id']}", {"sha256": made["sha256"]}
    wrong = {"sha256": "0" * 64}
    passed = {"review": "department", "passed": True}
    said(admin.post(f"{at}/submit"), 200)
    said(admin.post(f"{at}/reviews", json=passed | signed), 403)
    said(staff.lawyer.post(f"{at}/reviews", json=passed | signed), 403)
    said(staff.department.post(f"{at}/reviews", json=passed | wrong), 409)
    said(staff.member.post(f"{at}/approve", json=signed), 409)
    said(staff.department.post(f"{at}/reviews", json=passed | signed), 200)
    said(staff.lawyer.post(f"{at}/reviews", json={**passed, **signed, "review": "legal"}), 200)
    said(admin.post(f"{at}/approve", json=signed), 403)
    said(staff.writer.post(f"{at}/approve", json=signed), 403)
    said(staff.member.post(f"{at}/approve", json=wrong), 409)
    said(staff.member.post(f"{at}/approve", json=signed), 200)
    said(staff.writer.post(f"{at}/publish", json=wrong | {"channels": ["console"]}), 409)


def test_the_case_file_is_sealed_without_a_gap(case: dict[str, Any]) -> None:
    assert [finding["missing"] for finding in case["completeness"]] == [[]] * 6
    assert case["seal"]["final"]


def test_the_record_tells_the_story_in_order(staff: Staff, case: dict[str, Any]) -> None:
    records = said(staff.auditor.get(f"/cases/{case['id']}/records", params={"limit": 500}), 200)[
        "items"
    ]
    assert [record["sequence"] for record in records] == list(range(1, case["records"] + 1))
    kinds = [record["kind"] for record in records]
    expected = [
        "WarningRaised",
        "IncidentOpened",
        "IncidentAssessed",
        "ResponseActivated",
        "CommandIssued",
        "CommandCompleted",
        "StatementDrafted",
        "StatementReviewed",
        "StatementApproved",
        "StatementPublished",
        "ResponseStoodDown",
        "IncidentClosed",
    ]
    assert [kind for kind in dict.fromkeys(kinds) if kind in expected] == expected
    assert said(staff.auditor.get(f"/cases/{case['id']}/proof"), 200)["intact"]
