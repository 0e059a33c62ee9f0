"""A button works, or says why it does not and what would make it so."""

import pytest

from gateway.console.preview.answers import SOMEBODY
from gateway.console.preview.sample import INCIDENT, STATEMENT, WARNING
from gateway.console.views.permits import command_permits, incident_permits, warning_permits
from gateway.console.views.signing import (
    channels_left,
    next_step,
    permission_for,
    signatures,
    statement_permits,
)
from shared.contracts.actors import Permission

P = Permission


async def test_buttons_of_other_roles_are_shown_with_the_reason(visit, person):
    html = await visit(person(P.VIEW)).see(f"/incidents/{INCIDENT}")
    assert "<form" not in html.split("<main")[1].split("</main>")[0]
    assert "您的岗位没有“下达指令”的权限" in html
    assert "您的岗位没有“研判事件”的权限" in html


@pytest.mark.parametrize(
    ("state", "possible"),
    [
        ("open", {"assess", "note", "activate", "decline", "state"}),
        ("active", {"assess", "note", "command", "state", "stand-down"}),
        ("declined", {"assess", "note", "activate", "close"}),
        ("stood_down", {"assess", "note", "activate", "state", "close"}),
        ("closed", set()),
    ],
)
def test_what_can_be_done_follows_the_state_of_the_incident(person, state, possible):
    permits = incident_permits(person(*P), state)
    assert {name for name, permit in permits.items() if permit.allowed} == possible
    assert all(permit.why for permit in permits.values() if not permit.allowed)


def test_a_warning_with_an_incident_opens_no_second(person):
    permits = warning_permits(person(*P), {"state": "active", "incident_id": INCIDENT})
    assert permits["acknowledge"].allowed
    assert not permits["open-incident"].allowed


def test_a_command_is_for_its_group_or_for_whoever_issues_commands(person):
    command = {"group": "g3", "acknowledged_at": None, "completed_at": None}
    carry_out = P.CARRY_OUT_COMMANDS
    assert command_permits(person(carry_out, groups=["g3"]), command)["receive"].allowed
    assert not command_permits(person(carry_out, groups=["g2"]), command)["receive"].allowed
    assert command_permits(person(carry_out, P.ISSUE_COMMANDS), command)["receive"].allowed
    assert not command_permits(person(carry_out, groups=["g3"]), command)["complete"].allowed


def statement(state: str, *done: str, wrote: str = "user:writer", signed: str = "user:other"):
    """A statement in a state, with the steps done so far."""
    order = ["drafted", "department_review", "legal_review", "approval", "publication"]
    waiting = {"draft": "drafted", "approved": "publication"}.get(state, state)
    return {
        "state": state,
        "version": 1,
        "versions": [{"version": 1, "written_by": {"id": wrote}}],
        "steps": [
            {
                "step": step,
                "state": "done" if step in done else "waiting" if step == waiting else "open",
                "by": {"id": signed, "name": "N"} if step in done else None,
            }
            for step in order
        ],
    }


REVIEWED = ("drafted", "department_review", "legal_review")


@pytest.mark.parametrize(
    ("given", "allowed"),
    [
        (statement("draft"), {"submit", "text", "withdraw"}),
        (
            statement("department_review", "drafted"),
            {"text", "review-department", "return", "withdraw"},
        ),
        (
            statement("legal_review", "drafted", "department_review"),
            {"text", "review-legal", "return", "withdraw"},
        ),
        (statement("approval", *REVIEWED), {"text", "approve", "return", "withdraw"}),
        (
            statement("approved", *REVIEWED, "approval"),
            {"text", "return", "publish", "withdraw"},
        ),
        (statement("published", *REVIEWED, "approval"), {"publish", "withdraw", "correct"}),
        (statement("withdrawn"), {"correct"}),
    ],
)
def test_the_way_of_a_statement(person, given, allowed):
    permits = statement_permits(person(*P), given)
    assert {name for name, permit in permits.items() if permit.allowed} == allowed | {"resolve"}


def test_nobody_signs_what_they_wrote_or_signs_twice(person):
    me = SOMEBODY.id
    own = statement("approval", *REVIEWED, wrote=me)
    twice = statement("approval", *REVIEWED, signed=me)
    for given, words in ((own, "wrote"), (twice, "signed")):
        permit = statement_permits(person(*P), given)["approve"]
        assert not permit.allowed
        assert words in permit.why


def test_the_next_step_is_shown_and_what_it_needs():
    given = statement("legal_review", "drafted", "department_review")
    assert [item.state for item in signatures(given)] == ["done", "done", "next", "later", "later"]
    assert next_step(given) == "legal_review"
    assert permission_for(given) is P.REVIEW_FOR_LEGAL
    assert next_step(statement("withdrawn")) is None


def test_without_any_step_a_statement_begins_with_its_draft():
    assert next_step({"state": "draft"}) == "drafted"


def test_a_text_is_published_where_it_is_not_yet():
    publications = [
        {"channel": "site", "version": 2, "state": "published"},
        {"channel": "weibo", "version": 2, "state": "failed"},
        {"channel": "press", "version": 1, "state": "published"},
    ]
    channels = [{"name": name} for name in ("site", "weibo", "press")]
    left = channels_left({"version": 2, "publications": publications}, channels)
    assert [channel["name"] for channel in left] == ["weibo", "press"]


async def test_the_text_that_is_approved_is_named_by_its_hash(visit):
    html = await visit().see(f"/statements/{STATEMENT}")
    sha256 = visit().backend.replies[f"GET /api/v1/statements/{STATEMENT}"][1]["sha256"]
    assert f'name="sha256" value="{sha256}"' in html
    assert "等待您" in html


async def test_a_warning_that_was_dealt_with_says_so(visit):
    assert "已有人处理" in await visit().see(f"/warnings/{WARNING}")
