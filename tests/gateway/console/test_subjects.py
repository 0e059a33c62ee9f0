"""What an incident is about, as people paste it and as a page shows it."""

from gateway.console.preview.sample import INCIDENT, STORY
from gateway.console.views.subjects import named, shown

ONE = "0199c0de-0000-7000-8000-000000000001"


def test_pages_of_the_console_are_known_by_their_address():
    pasted = f"""
      https://desk.example/stories/{ONE}?copies=shown
    /warnings/{ONE.upper()}
    post {ONE}
    https://news.example/posts/17
    停电
    """
    assert named(pasted) == [
        {"kind": "story", "ref": ONE},
        {"kind": "warning", "ref": ONE},
        {"kind": "post", "ref": ONE},
        {"kind": "link", "ref": "https://news.example/posts/17"},
        {"kind": "link", "ref": "停电"},
    ]


def test_a_link_is_one_only_where_it_leads_to_the_web():
    subjects = [
        {"id": "1", "kind": "link", "ref": "x", "now_ref": "javascript:alert(1)"},
        {"id": "2", "kind": "story", "ref": ONE, "now_ref": ONE},
    ]
    link, story = shown(subjects)
    assert (link.place, link.call) == ("", "")
    assert (story.place, story.titled("停电").title) == (f"/stories/{ONE}", "停电")


async def test_what_people_paste_is_named_and_taken_back_and_the_follow_up_is_decided_on(visit):
    browser, path = visit(), f"/incidents/{INCIDENT}"
    for act, method, call, fields in (
        ("name", "POST", f"{path}/subjects", {"subjects": f"/stories/{ONE}"}),
        ("unname", "DELETE", f"{path}/subjects/{ONE}", {"subject_id": ONE}),
        (
            "prolong",
            "POST",
            f"/follow-ups/{INCIDENT}/prolong",
            {"until": "2027-11-01T21:04", "reason": "等判决"},
        ),
        ("end-follow-up", "POST", f"/follow-ups/{INCIDENT}/end", {"reason": "停产"}),
    ):
        browser.answers(f"{method} {call}", 200, {})
        answer = await browser.send(f"{path}/{act}", **fields)
        assert answer.status_code == 303, answer.text


async def test_an_incident_that_is_not_followed_yet_says_why(visit):
    browser = visit()
    browser.answers(f"GET /follow-ups/{INCIDENT}", 404, {"type": "x/not-found", "detail": "x"})
    assert "响应终止后开始跟踪" in await browser.see(f"/incidents/{INCIDENT}")
    browser.answers(f"GET /incidents/{INCIDENT}/subjects", 200, {"items": []})
    assert "没有可跟踪的内容" in await browser.see(f"/incidents/{INCIDENT}")


async def test_an_incident_is_opened_about_the_story_that_somebody_looks_at(visit):
    html = await visit().see(f"/incidents?about=/stories/{ONE}&title=停电")
    assert f"/stories/{ONE}</textarea>" in html
    assert 'value="停电"' in html


async def test_a_piece_of_a_story_is_split_off_in_two_clicks(visit):
    browser, path = visit(), f"/stories/{STORY}"
    assert "拆分建议" in await browser.see(path)
    html = await browser.see(f"{path}?pieces=shown")
    assert "阶梯电价" in html
    answer = await browser.send(f"{path}/split", piece=f"{ONE} {ONE}", reason="另一件事")
    assert answer.status_code == 303
