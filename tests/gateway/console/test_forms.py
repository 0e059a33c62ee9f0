"""A form makes one call of the API, once, and what was typed survives every failure."""

import re
from datetime import datetime

import pytest

from gateway.console.preview.sample import (
    COMMAND,
    INCIDENT,
    STATEMENT,
    STORY,
    WARNING,
    WATCH,
    sample_id,
)
from shared.contracts.actors import Permission

OTHER, CHANGE = sample_id("0a", 2), sample_id("0e", 1)


@pytest.mark.parametrize(
    ("form", "fields", "call", "body"),
    [
        (f"/warnings/{WARNING}/acknowledge", {}, f"/warnings/{WARNING}/acknowledge", None),
        (
            f"/warnings/{WARNING}/dismiss",
            {"reason": "a game"},
            f"/warnings/{WARNING}/dismiss",
            {"reason": "a game"},
        ),
        (
            f"/incidents/{INCIDENT}/assess",
            {
                "level": "major",
                "what_happened": "a",
                "impact": "b",
                "credibility": "low",
                "evidence": " one \r\n\r\ntwo",
            },
            f"/incidents/{INCIDENT}/assessments",
            {
                "level": "major",
                "what_happened": "a",
                "impact": "b",
                "credibility": "low",
                "evidence": ["one", "two"],
            },
        ),
        (
            f"/stories/{STORY}/merge",
            {"other": f"http://here/stories/{OTHER}", "way": "this", "reason": "one outage"},
            f"/stories/{STORY}/merge",
            {"with": OTHER, "reason": "one outage"},
        ),
        (
            f"/stories/{STORY}/merge",
            {"other": OTHER, "way": "other", "reason": "one outage"},
            f"/stories/{STORY}/merge",
            {"into": OTHER, "reason": "one outage"},
        ),
        (
            f"/stories/{STORY}/split",
            {"post_ids": ["one", "two"], "term": " ", "reason": "tariffs"},
            f"/stories/{STORY}/split",
            {"post_ids": ["one", "two"], "reason": "tariffs"},
        ),
        (
            f"/stories/{STORY}/undo",
            {"change_id": CHANGE, "reason": "two outages"},
            f"/stories/changes/{CHANGE}/undo",
            {"reason": "two outages"},
        ),
        (
            f"/incidents/{INCIDENT}/complete",
            {"command_id": COMMAND, "report": "done"},
            f"/commands/{COMMAND}/complete",
            {"report": "done"},
        ),
        (
            f"/statements/{STATEMENT}/review-legal",
            {"passed": "no", "comment": "too sharp", "sha256": "ab"},
            f"/statements/{STATEMENT}/reviews",
            {"review": "legal", "passed": False, "comment": "too sharp", "sha256": "ab"},
        ),
        (
            f"/statements/{STATEMENT}/publish",
            {"channels": ["console", "site"], "sha256": "ab"},
            f"/statements/{STATEMENT}/publish",
            {"channels": ["console", "site"], "sha256": "ab"},
        ),
    ],
)
async def test_a_form_makes_its_call_with_an_idempotency_key(visit, form, fields, call, body):
    browser = visit()
    response = await browser.send(form, **fields)
    assert response.status_code == 303
    said = browser.said()
    assert (said.method, said.path, said.json) == ("POST", f"/api/v1{call}", body)
    assert said.headers["Idempotency-Key"] == "key-1"


async def test_the_page_says_afterwards_what_was_done(visit):
    browser = visit()
    response = await browser.send(f"/warnings/{WARNING}/acknowledge")
    assert "已确认，并记下您的名字" in await browser.see(response.headers["location"])


async def test_every_form_of_a_page_has_a_key_of_its_own(visit):
    html = await visit().see(f"/incidents/{INCIDENT}")
    keys = re.findall(r'name="key" value="([^"]+)"', html)
    assert len(keys) > 3
    assert len(set(keys)) == len(keys)


async def test_an_incident_that_was_opened_is_shown_next(visit):
    browser = visit()
    response = await browser.send(
        f"/warnings/{WARNING}/open-incident",
        title="t",
        summary="s",
        level="orange",
        warning_id=WARNING,
        story_id=STORY,
        sample="yes",
    )
    assert response.headers["location"] == f"/incidents/{INCIDENT}?done=opened"
    assert browser.said().json == {
        "title": "t",
        "summary": "s",
        "level": "orange",
        "warning_id": WARNING,
        "story_id": STORY,
        "sample": True,
        "drill": False,
    }


async def test_a_due_time_is_meant_in_the_zone_of_whoever_typed_it(visit):
    browser = visit()
    await browser.send(
        f"/incidents/{INCIDENT}/command", group="g3", text="speak", due_at="2026-11-01T21:04"
    )
    due = datetime.fromisoformat(browser.said().json["due_at"])
    assert due == datetime.fromisoformat("2026-11-01T21:04:00+08:00")


async def test_a_refusal_is_told_in_words_and_loses_nothing(visit, problem):
    browser = visit()
    browser.answers(f"POST /incidents/{INCIDENT}/commands", 409, problem)
    response = await browser.send(
        f"/incidents/{INCIDENT}/command", group="g3", text="speak <now>", sheet="command"
    )
    assert response.status_code == 409
    html = response.text
    for words in ("当前状态下不能这样做", problem["detail"], "您填写的内容都还在"):
        assert words in html
    assert "speak &lt;now&gt;</textarea>" in html
    assert re.search(r'<details class="sheet" id="act-command" open', html)


async def test_every_place_that_does_not_fit_is_named(visit, problem):
    browser = visit()
    errors = [{"pointer": "/text", "detail": "too long"}, {"pointer": "/due_at", "detail": "past"}]
    browser.answers(
        f"POST /incidents/{INCIDENT}/commands",
        422,
        problem | {"type": "/problems/values-do-not-fit", "errors": errors},
    )
    html = (await browser.send(f"/incidents/{INCIDENT}/command", group="g3", text="x")).text
    assert "/text: too long" in html
    assert "/due_at: past" in html


async def test_a_text_that_somebody_changed_meanwhile_is_not_overwritten(visit, person):
    browser = visit(person(*Permission))
    form = f"/statements/{STATEMENT}/text"
    response = await browser.send(form, title="t", text="mine", sha256="older", sheet="text")
    assert response.status_code == 412
    assert "期间有人改动过" in response.text
    assert "mine</textarea>" in response.text
    assert browser.backend.sent() == []
    current = browser.backend.replies[f"GET /api/v1/statements/{STATEMENT}"][1]["sha256"]
    await browser.send(form, title="t", text="mine", sha256=current)
    assert browser.said().headers["If-Match"] == "*"


async def test_an_unknown_form_is_no_page(visit):
    browser = visit()
    assert (await browser.send(f"/warnings/{WARNING}/explode")).status_code == 404
    assert (await browser.send(f"/incidents/{INCIDENT}/complete")).status_code == 400
    assert browser.backend.sent() == []


async def test_a_field_cannot_lead_the_call_elsewhere(visit):
    browser = visit()
    await browser.send(f"/incidents/{INCIDENT}/receive", command_id="../users?x=1#")
    assert browser.said().path == "/api/v1/commands/..%2Fusers%3Fx%3D1%23/acknowledge"


async def test_appearance_is_kept_in_the_browser(visit):
    browser = visit()
    await browser.http.post("/settings/appearance", data={"lang": "en", "theme": "dark"})
    assert '<html lang="en" data-theme="dark">' in await browser.see("/settings")
    await browser.http.post("/settings/appearance", data={"lang": "xx", "theme": '"><script>'})
    assert '<html lang="en" data-theme="dark">' in await browser.see("/settings")


async def test_ticked_posts_stay_ticked_when_a_split_is_refused(visit, problem):
    browser = visit()
    browser.answers(f"POST /stories/{STORY}/split", 422, problem | {"status": 422})
    page = await browser.see(f"/stories/{STORY}")
    post = re.search(r'name="post_ids" value="([^"]+)"', page).group(1)
    answer = await browser.send(f"/stories/{STORY}/split", post_ids=[post], reason="tariffs")
    assert answer.status_code == 422
    assert re.search(rf'value="{post}"[^>]* checked', answer.text)
    assert "tariffs" in answer.text


class TestWatches:
    """A watch is kept with what another form changes; the page tells of what it would find."""

    async def test_what_is_typed_reaches_the_house_whole(self, visit, person):
        browser = visit(person(Permission.VIEW, Permission.EDIT_WATCHES))
        path = f"/api/v1/watches/{WATCH}"
        browser.backend.replies[f"GET {path}"] = (
            200,
            {"id": WATCH, "name": "w", "expression": "停电", "version": 3, "enabled": True},
        )
        browser.backend.replies[f"PUT {path}"] = (200, {"id": WATCH})
        answer = await browser.http.post(
            f"/settings/watches/{WATCH}/watch",
            data={
                "version": "3",
                "name": "w",
                "expression": "停电 NEAR/5 投诉",
                "exclusions": "演习\nauthor:招聘\n",
                "platforms": "weibo, news",
                "since": "2026-11-01T08:00",
                "until": "",
                "targets": "",
                "enabled": "on",
                "thresholds": '{"hold": 5}',
                "sample": "false",
            },
        )
        assert answer.status_code == 303
        call = next(call for call in browser.backend.calls if call.method == "PUT")
        assert call.json == {
            "name": "w",
            "expression": "停电 NEAR/5 投诉",
            "exclusions": ["演习", "author:招聘"],
            "filters": {"platforms": ["weibo", "news"], "since": "2026-11-01T00:00:00+00:00"},
            "targets": [],
            "enabled": True,
            "thresholds": {"hold": 5},
            "sample": False,
        }

    async def test_a_watch_that_somebody_else_changed_is_not_overwritten(self, visit, person):
        browser = visit(person(Permission.VIEW, Permission.EDIT_WATCHES))
        browser.backend.replies[f"GET /api/v1/watches/{WATCH}"] = (
            200,
            {"id": WATCH, "name": "w", "expression": "停电", "version": 4, "enabled": True},
        )
        answer = await browser.http.post(
            f"/settings/watches/{WATCH}/watch",
            data={"version": "3", "name": "w", "expression": "断电", "sample": "false"},
        )
        assert answer.status_code == 412
        assert "断电" in answer.text
        assert not [call for call in browser.backend.calls if call.method == "PUT"]

    async def test_what_was_found_is_marked_in_the_text(self, visit, person):
        browser = visit(person(Permission.VIEW), "en")
        page = await browser.see(f"/settings/watches/{WATCH}")
        assert "<mark>停电</mark>" in page
        assert "is never needed" in page
