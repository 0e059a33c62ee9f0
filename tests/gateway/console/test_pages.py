"""Every page is there in both languages, links lead somewhere, and nothing inline gets through."""

import re

import pytest

from gateway.console.preview.backtests import BACKTEST, RUNNING
from gateway.console.preview.reports import PAGE, REPORT, ROUND
from gateway.console.preview.sample import CASE, INCIDENT, POST, STATEMENT, STORY, WARNING, WATCH
from gateway.console.preview.sources import SILENT, SOURCE
from shared.contracts.actors import Permission

PAGES = (
    "/",
    "/posts",
    "/posts?words=%E5%81%9C%E7%94%B5&sentiment=negative",
    f"/posts/{POST}",
    "/stories",
    "/stories?order=newest",
    f"/stories/{STORY}",
    "/warnings",
    f"/warnings/{WARNING}",
    "/incidents",
    f"/incidents/{INCIDENT}",
    "/statements",
    f"/statements/{STATEMENT}",
    f"/statements/{STATEMENT}?against=1",
    "/cases",
    f"/cases/{CASE}",
    f"/cases/{CASE}?proof=1",
    "/settings",
    "/settings/alerts",
    "/settings/alerts?level=red",
    "/settings/duty",
    "/acknowledge/sample",
    "/settings/watches",
    "/settings/watches/new",
    "/settings/watches/new?expression=%E5%81%9C%E7%94%B5&exclusions=",
    f"/settings/watches/{WATCH}",
    f"/settings/watches/{WATCH}/thresholds",
    f"/settings/watches/{WATCH}/usual",
    f"/settings/backtests/{BACKTEST}",
    f"/settings/backtests/{RUNNING}",
    "/settings/models",
    "/settings/models?task=stance",
    "/settings/models/sample",
    "/settings/models/sample?task=emotion",
    "/settings/sources",
    "/settings/sources/new",
    "/settings/sources/new?kind=bluesky_search",
    f"/settings/sources/{SOURCE}",
    f"/settings/sources/{SILENT}",
    "/report",
    "/inbox",
    "/inbox?state=new&urgency=high",
    f"/inbox/{REPORT}",
    "/inbox/link",
    "/patrols",
    f"/patrols/rounds/{ROUND}",
    "/patrols/sites",
    "/patrols/plans",
    "/officers",
    f"/r/{PAGE}",
    "/sign-in",
)
EVERYTHING = frozenset(Permission)


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("path", PAGES)
async def test_a_page_obeys_the_strict_policy(visit, person, path, language):
    browser = visit(person(*EVERYTHING), language)
    response = await browser.http.get(path)
    assert response.status_code == 200
    assert f'<html lang="{language}"' in response.text
    assert "default-src 'self'" in response.headers["content-security-policy"]
    assert "unsafe" not in response.headers["content-security-policy"]
    assert not re.search(r"\sstyle=|\son[a-z]+=|<style|javascript:", response.text)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", response.text))


@pytest.mark.parametrize("path", PAGES)
async def test_every_link_of_a_page_leads_to_a_page(visit, person, path):
    browser = visit(person(*EVERYTHING))
    links = set(re.findall(r'href="(/[^"#]*|\?[^"]*)"', await browser.see(path)))
    ours = {link for link in links if not link.startswith(("/static", "/docs", "/api/"))}
    for link in ours:
        target = path.split("?")[0] + link if link.startswith("?") else link
        await browser.see(target.replace("&amp;", "&"))


@pytest.mark.parametrize("path", PAGES)
async def test_no_form_field_is_without_a_label(visit, person, path):
    html = await visit(person(*EVERYTHING)).see(path)
    for field in re.finditer(r"<(input|select|textarea)\b[^>]*>", html):
        if 'type="hidden"' in field[0] or "aria-label=" in field[0]:
            continue
        before = html[: field.start()]
        assert before.count("<label") > before.count("</label>"), field[0]


@pytest.mark.parametrize("path", PAGES)
async def test_every_column_has_a_name_and_every_page_one_heading(visit, person, path):
    html = await visit(person(*EVERYTHING)).see(path)
    assert "<th></th>" not in html
    assert html.count("<h1") == 1


async def test_chinese_is_the_answer_where_the_browser_says_nothing(visit):
    browser = visit()
    del browser.http.headers["accept-language"]
    assert "待我处理" in await browser.see("/")


async def test_a_chosen_language_is_kept(visit):
    browser = visit()
    assert "Waits for you" in await browser.see("/?lang=en")
    assert "Waits for you" in await browser.see("/")


async def test_text_of_a_post_is_shown_and_never_obeyed(visit):
    browser = visit()
    hostile = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    post = {"id": "1", "platform": "<b>", "text": hostile, "url": "javascript:alert(1)"}
    browser.answers("GET /posts", 200, {"items": [post | {"author": hostile, "title": hostile}]})
    html = await browser.see("/posts")
    assert "<script>alert" not in html
    assert "<img" not in html
    assert "javascript:" not in html
    assert "&lt;script&gt;alert(1)" in html


async def test_missing_fields_break_no_page(visit):
    browser = visit()
    for call in ("/posts", "/stories", "/warnings", "/incidents", "/statements", "/cases"):
        browser.answers(f"GET {call}", 200, {"items": [{"id": INCIDENT}]})
    browser.answers(f"GET /incidents/{INCIDENT}", 200, {"id": INCIDENT})
    browser.answers(f"GET /statements/{STATEMENT}", 200, {"id": STATEMENT})
    browser.answers(f"GET /warnings/{WARNING}", 200, {"id": WARNING})
    browser.answers(f"GET /stories/{STORY}", 200, {"id": STORY})
    browser.answers(f"GET /cases/{CASE}", 200, {"id": CASE})
    browser.answers(f"GET /posts/{POST}", 200, {"id": POST})
    browser.answers("GET /labels", 200, {"items": [{"id": CASE}]})
    browser.answers("GET /labels/agreement", 200, {})
    browser.answers("GET /models", 200, {"items": [{}]})
    browser.answers("GET /models/releases", 200, {"items": [{}]})
    for path in PAGES:
        await browser.see(path)


async def test_an_empty_house_says_what_to_do_first(visit):
    browser = visit()
    for call in list(browser.backend.replies):
        if call.startswith("GET"):
            browser.backend.replies[call] = (200, {"items": [], "next_cursor": None})
    html = await browser.see("/")
    for words in ("现在没有紧迫事项", "暂无帖文", "没有未结事件", "暂无话题"):
        assert words in html


async def test_a_room_that_is_away_leaves_the_rest_of_the_page(visit):
    browser = visit()
    away = {"type": "/problems/not-available-now", "status": 503, "detail": "monitor is away"}
    for call in ("/posts", "/posts/volume", "/stories/rising", "/warnings", "/watches"):
        browser.answers(f"GET {call}", 503, away)
    html = await browser.see("/")
    assert "服务暂时没有应答" in html
    assert "领导小组启动响应" in html


@pytest.mark.parametrize("path", ["/warnings/none", f"/warnings/{INCIDENT}", "/stories/1"])
async def test_what_is_not_there_is_said_in_words(visit, path):
    response = await visit().http.get(path)
    assert response.status_code == 404
    assert "没有这项内容" in response.text


async def test_the_next_page_keeps_the_filters(visit):
    browser = visit()
    browser.answers("GET /posts", 200, {"items": [{"id": "1"}], "next_cursor": "abc"})
    html = await browser.see("/posts?sentiment=negative")
    assert "?sentiment=negative&amp;cursor=abc" in html


STATEMENT_STATES = (
    "draft",
    "returned",
    "department_review",
    "legal_review",
    "approval",
    "approved",
    "publishing",
    "published",
    "withdrawn",
)


@pytest.mark.parametrize("permissions", [EVERYTHING, frozenset({Permission.VIEW})])
@pytest.mark.parametrize("state", STATEMENT_STATES)
async def test_a_statement_can_be_seen_in_every_state(visit, person, state, permissions):
    browser = visit(person(*permissions))
    path = f"/statements/{STATEMENT}"
    _, statement = browser.backend.replies[f"GET /api/v1{path}"]
    steps = [
        step | {"state": "waiting" if step["step"] == state else "done", "by": None}
        for step in statement["steps"]
    ]
    publication = {"id": CASE, "channel": "console", "state": "unknown", "error": "no answer"}
    browser.answers(
        f"GET {path}",
        200,
        statement | {"state": state, "steps": steps, "publications": [publication]},
    )
    html = await browser.see(path)
    assert "结果不明" in html
    assert "no answer" in html


@pytest.mark.parametrize("permissions", [EVERYTHING, frozenset({Permission.VIEW})])
@pytest.mark.parametrize("state", ["open", "active", "declined", "stood_down", "closed"])
async def test_an_incident_can_be_seen_in_every_state(visit, person, state, permissions):
    browser = visit(person(*permissions))
    path = f"/incidents/{INCIDENT}"
    _, incident = browser.backend.replies[f"GET /api/v1{path}"]
    browser.answers(f"GET {path}", 200, incident | {"state": state, "drill": True})
    assert "演练" in await browser.see(path)


@pytest.mark.parametrize("permissions", [EVERYTHING, frozenset({Permission.VIEW})])
@pytest.mark.parametrize("state", ["active", "acknowledged", "dismissed", "ended"])
async def test_a_warning_can_be_seen_in_every_state(visit, person, state, permissions):
    browser = visit(person(*permissions))
    path = f"/warnings/{WARNING}"
    _, warning = browser.backend.replies[f"GET /api/v1{path}"]
    browser.answers(
        f"GET {path}",
        200,
        warning | {"state": state, "incident_id": None, "dismissed_reason": "a game"},
    )
    assert "a game" in await browser.see(path)


async def test_a_sealed_case_and_a_broken_one_say_so(visit):
    browser = visit()
    path = f"/cases/{CASE}"
    _, case = browser.backend.replies[f"GET /api/v1{path}"]
    browser.answers(f"GET {path}", 200, case | {"state": "sealed", "sealed_at": case["opened_at"]})
    browser.answers(f"GET {path}/proof", 200, {"intact": False, "problems": ["record 3"]})
    html = await browser.see(f"{path}?proof=1")
    assert "已封存" in html
    assert "记录核验不通过" in html
    assert "record 3" in html


async def test_a_page_that_breaks_is_told_in_words(visit):
    browser = visit()
    browser.backend.replies["GET /api/v1/posts"] = lambda _: 1 / 0
    response = await browser.http.get("/posts")
    assert response.status_code == 500
    assert "系统出错" in response.text
