"""Reports and patrols in the browser: plain forms, pictures included, and a page for nobody."""

import base64

import pytest

from gateway.console.pages.public_report import ANYBODY
from gateway.console.preview.reports import CHECK, OFFICER, PAGE, PLAN, REPORT, ROUND, SITE
from gateway.console.preview.sample import STORY
from shared.contracts.actors import Permission

PNG = b"\x89PNG\r\n\x1a\n and so on"


def parts(**fields):
    """A form as browsers send it: with a file field that may be empty."""
    return [(name, (None, value)) for name, value in fields.items()]


async def test_a_report_is_one_call_with_its_pictures(visit):
    browser = visit()
    browser.answers("POST /reports/staff", 201, {"report_id": REPORT})
    form = parts(key="key-1", link="https://weibo.com/1/a", text="停电", urgency="high")
    sent = [*form, ("pictures", ("a.png", PNG, "image/png")), ("pictures", ("", b"", ""))]
    response = await browser.http.post("/report", files=sent)
    assert response.status_code == 303
    assert response.headers["location"] == "/report?done=reported"
    call = browser.said()
    assert (call.path, call.headers["Idempotency-Key"]) == ("/api/v1/reports/staff", "key-1")
    assert call.json["pictures"] == [{"content": base64.b64encode(PNG).decode()}]
    assert (call.json["link"], call.json["urgency"]) == ("https://weibo.com/1/a", "high")
    assert "concerns" not in call.json


async def test_what_was_typed_is_still_there_when_it_was_refused(visit, problem):
    browser = visit(language="en")
    browser.answers("POST /reports/staff", 422, problem | {"status": 422})
    response = await browser.http.post("/report", files=parts(key="k", text="停电第三天"))
    assert response.status_code == 422
    assert "停电第三天" in response.text


async def test_who_only_reports_comes_to_the_form_and_sees_no_more(visit, person):
    browser = visit(person(Permission.SEND_REPORTS), "en")
    landed = await browser.http.get("/")
    assert landed.headers["location"] == "/report"
    html = await browser.see("/report")
    assert 'href="/warnings"' not in html
    assert 'href="/inbox"' not in html
    assert "not relevant" in html


async def test_the_public_page_needs_nobody_and_asks_in_nobodys_name(visit):
    browser = visit(None)
    browser.answers("POST /reports/public", 201, {})
    page = await browser.http.get(f"/r/{PAGE}")
    assert page.status_code == 200
    assert "noindex" in page.headers["x-robots-tag"]
    form = parts(key="k", link="", text="路灯坏了", website="")
    response = await browser.http.post(f"/r/{PAGE}", files=form)
    assert response.headers["location"] == f"/r/{PAGE}?sent=1"
    call = browser.said()
    assert (call.json["token"], call.json["text"]) == (PAGE, "路灯坏了")
    # The test's own address is not one of the world's: many may share it.
    assert call.json["sender"] is None
    assert ANYBODY.permissions == {Permission.SEND_PUBLIC_REPORTS}


async def test_a_program_that_fills_in_every_field_is_thanked_and_not_heard(visit):
    browser = visit(None)
    form = parts(key="k", text="buy now", website="https://spam.example")
    response = await browser.http.post(f"/r/{PAGE}", files=form)
    assert response.headers["location"] == f"/r/{PAGE}?sent=1"
    assert browser.backend.sent() == []


async def test_a_link_that_was_closed_says_so_and_has_no_form(visit):
    page = await visit(None, "en").http.get("/r/another")
    assert page.status_code == 404
    assert "closed or replaced" in page.text
    assert "<form" not in page.text


async def test_an_incident_grows_out_of_a_report(visit):
    browser = visit()
    browser.answers("POST /incidents", 201, {"id": STORY})
    fields = {"title": "停电", "summary": "居民上报", "level": "orange", "story_id": STORY}
    response = await browser.send(f"/inbox/{REPORT}/open-incident", warning_id="", **fields)
    assert response.headers["location"] == f"/incidents/{STORY}?done=opened"
    said = browser.said().json
    assert (said["story_id"], said["level"], said["drill"]) == (STORY, "orange", False)
    assert "warning_id" not in said


async def test_a_place_is_ticked_with_one_press(visit):
    browser = visit()
    browser.answers(f"POST /patrols/rounds/{ROUND}/checks/{CHECK}", 200, {})
    await browser.send(
        f"/patrols/rounds/{ROUND}/nothing", check_id=CHECK, finding="nothing", note=""
    )
    assert browser.said().json == {"finding": "nothing", "note": ""}


async def test_a_site_and_an_officer_are_changed_only_as_they_were_read(visit, person):
    browser = visit()
    for place, number, address in (("sites", SITE, "/patrols/sites"), ("", OFFICER, "/officers")):
        current = {"changed_at": "2026-11-01T00:00:00Z"}
        path = f"{address}/{number}"
        browser.answers(f"GET {path}", 200, current)
        browser.answers(f"PUT {path}", 200, {})
        field = "site_id" if place else "officer_id"
        stale = {field: number, "changed_at": "2026-10-01T00:00:00Z", "name": "x"}
        refused = await browser.send(f"{address}/change", **stale)
        assert refused.status_code == 412
        assert browser.backend.sent() == []
        kept = await browser.send(f"{address}/change", **(stale | current))
        assert kept.status_code == 303
        assert browser.said().headers["If-Match"] == "*"
        browser.backend.calls.clear()


async def test_a_plan_is_typed_as_people_write_it(visit):
    browser = visit()
    browser.answers("POST /patrols/plans", 201, {"id": PLAN})
    await browser.send(
        "/patrols/plans/new",
        name="早间巡查",
        times="09:00，15:00",
        weekdays=["1", "5"],
        timezone="Asia/Shanghai",
        minutes="60",
        checklist="一\n二\n",
        active="on",
    )
    said = browser.said().json
    assert said["times"] == ["09:00", "15:00"]
    assert (said["weekdays"], said["checklist"]) == ([1, 5], ["一", "二"])
    assert (said["active"], said["sample"]) == (True, False)


async def test_a_form_that_is_none_is_refused_in_words(visit):
    headers = {"content-type": "multipart/form-data; boundary=x"}
    response = await visit(None).http.post(f"/r/{PAGE}", content=b"--y nothing", headers=headers)
    assert response.status_code == 400
    assert "<h1>" in response.text


async def test_nothing_is_read_of_what_comes_by_a_closed_link(visit):
    browser = visit(None)
    response = await browser.http.post("/r/another", files=parts(text="x", website=""))
    assert response.status_code == 404
    assert browser.backend.sent() == []


@pytest.mark.parametrize(
    ("code", "words"), [("picture_heic", "HEIC 照片"), ("nothing_told", "截图均可")]
)
async def test_a_cashier_reads_in_chinese_what_was_wrong(visit, problem, code, words):
    browser = visit(None)
    errors = [{"pointer": "/", "detail": "not a word of Chinese", "code": code}]
    browser.answers("POST /reports/public", 422, problem | {"status": 422, "errors": errors})
    response = await browser.http.post(f"/r/{PAGE}", files=parts(key="k", text="x", website=""))
    assert words in response.text
    assert "not a word of Chinese" not in response.text


async def test_a_walker_comes_back_to_the_place_of_the_find(visit):
    browser = visit()
    browser.answers(f"POST /patrols/rounds/{ROUND}/checks/{CHECK}", 200, {})
    path = f"/patrols/rounds/{ROUND}"
    form = parts(check_id=CHECK, finding="found", text="停电", urgency="normal")
    response = await browser.http.post(f"{path}/found", files=form)
    assert response.headers["location"] == f"{path}#check-{CHECK}"


async def test_a_pasted_link_leads_to_its_post(visit, problem):
    browser = visit()
    browser.answers("POST /posts/from-link", 201, {"id": STORY})
    response = await browser.send("/posts/from-link", link="https://example.org/a", text="")
    assert response.headers["location"] == f"/posts/{STORY}?done=brought"
    unread = {"status": 422, "errors": [{"detail": "robots", "code": "page_unread"}]}
    browser.answers("POST /posts/from-link", 422, problem | unread)
    refused = await browser.send("/posts/from-link", link="https://example.org/a", text="")
    assert refused.status_code == 422
    assert "网页无法读取" in refused.text
    assert "https://example.org/a" in refused.text


async def test_a_picture_is_erased_with_a_reason_and_shown_no_more(visit):
    browser = visit()
    picture = {"id": SITE, "erased_at": None, "erased_because": None}
    path = f"/reports/staff/{REPORT}"
    _, sample = browser.backend.replies[f"GET /api/v1{path}"]
    telling = sample["tellings"][0] | {"pictures": [picture]}
    browser.answers(f"GET {path}", 200, sample | {"tellings": [telling]})
    view = {"seen_by": {"name": "王"}, "seen_at": "2026-11-01T00:00:00Z"}
    browser.answers(f"GET /reports/pictures/{SITE}/views", 200, {"items": [view]})
    browser.answers(f"POST /reports/pictures/{SITE}/erase", 200, {"id": SITE})
    html = await browser.see(f"/inbox/{REPORT}")
    assert "<img" in html
    assert "查看 1 次" in html
    await browser.send(f"/inbox/{REPORT}/erase-picture", picture_id=SITE, reason="本人要求")
    assert browser.said().json == {"reason": "本人要求"}
    picture |= {"erased_at": "2026-11-02T00:00:00Z", "erased_because": "本人要求"}
    html = await browser.see(f"/inbox/{REPORT}")
    assert "<img" not in html
    assert "本人要求" in html


async def test_what_an_app_shares_stands_in_the_form(visit):
    browser = visit()
    manifest = (await browser.http.get("/static/groundswell.webmanifest")).json()
    target = manifest["share_target"]
    assert target["method"] == "GET"
    brought = {
        target["params"]["text"]: "看看这个",
        target["params"]["url"]: "https://weibo.com/1/a",
    }
    response = await browser.http.get(target["action"], params=brought)
    assert 'name="link" value="看看这个 https://weibo.com/1/a"' in response.text
