"""What people say of posts: two clicks from wherever the post is shown; the sample is blind."""

import re
from typing import Any

import pytest

from gateway.console.preview.sample import POST, sample_id
from gateway.console.views.agreement import course
from shared.contracts.actors import Permission

SAYS = {"post_id": POST, "revision": "2", "said": "emotion:anger"}


async def test_a_click_says_what_a_post_feels_and_comes_back(visit):
    browser = visit()
    back = "/posts?sentiment=negative"
    answer = await browser.send(f"/posts/{POST}/label", **SAYS, back=back)
    assert answer.headers["location"] == f"{back}&done=labelled"
    said = browser.said()
    assert (said.method, said.path) == ("POST", "/api/v1/labels")
    assert said.json == {
        "post_id": POST,
        "revision": 2,
        "task": "emotion",
        "label": "anger",
        "sampled": False,
    }
    assert said.headers["Idempotency-Key"] == "key-1"
    assert "标注已记录" in await browser.see(answer.headers["location"])


@pytest.mark.parametrize("back", ["https://evil.example", "//evil.example", "/\\evil", "", "/a\nb"])
async def test_a_form_leads_to_no_other_house(visit, back):
    answer = await visit().send(f"/posts/{POST}/label", **SAYS, back=back)
    assert answer.headers["location"] == f"/posts/{POST}?done=labelled"


async def test_a_stance_and_a_note_are_sent_as_typed(visit):
    browser = visit()
    fields = SAYS | {"said": "stance:against", "target": " 云州电力 ", "note": "反讽"}
    await browser.send(f"/posts/{POST}/label", **fields)
    assert browser.said().json == {
        "post_id": POST,
        "revision": 2,
        "task": "stance",
        "label": "against",
        "target": "云州电力",
        "note": "反讽",
        "sampled": False,
    }


async def test_a_refused_label_shows_the_post_and_why(visit, problem):
    browser = visit()
    browser.answers("POST /labels", 409, problem)
    answer = await browser.send(f"/posts/{POST}/label", **SAYS, note="why", sheet="note")
    assert answer.status_code == 409
    assert problem["detail"] in answer.text
    assert "why</textarea>" in answer.text


async def test_a_label_is_taken_back(visit):
    browser = visit()
    label = sample_id("2a", 1)
    answer = await browser.send(f"/posts/{POST}/withdraw", label_id=label)
    assert answer.headers["location"] == f"/posts/{POST}?done=label-withdrawn"
    assert browser.said().path == f"/api/v1/labels/{label}/withdraw"


async def test_only_who_may_label_is_asked_to(visit, person):
    allowed = await visit(person(Permission.VIEW, Permission.LABEL_POSTS)).see("/posts")
    assert len(re.findall('<details class="correct">', allowed)) == 6
    browser = visit(person(Permission.VIEW))
    assert '<details class="correct">' not in await browser.see("/posts")
    assert "标注帖文" in await browser.see(f"/posts/{POST}")  # and says which right is missing


async def test_a_post_says_who_overruled_the_model(visit):
    html = await visit(language="en").see("/posts")
    (row,) = (row for row in html.split("<article") if "said-by" in row)
    assert "韩法务（示例）" in row
    assert "model: Negative 91%" in row


async def test_the_sample_does_not_show_what_the_model_says(visit):
    browser = visit()
    html = await browser.see("/settings/models/sample")
    post = browser.backend.replies[f"GET /api/v1/posts/{sample_id('0d', 0)}"][1]
    assert post["text"] in html
    assert post["opinion"]["engine"] not in html
    assert "aria-pressed" not in html
    answer = await browser.send("/settings/models/sample?task=sentiment", **SAYS, sampled="yes")
    assert answer.headers["location"] == "/settings/models/sample?task=sentiment&done=labelled"
    assert browser.said().json["sampled"] is True


async def test_the_sample_shows_the_words_that_were_drawn(visit):
    browser = visit()
    path = f"/posts/{sample_id('0d', 0)}"
    post = browser.backend.replies[f"GET /api/v1{path}"][1]
    edited = post | {"revision": 2, "text": "new words"}
    earlier = {"revision": 1, "title": None, "text": "the words of then"}
    browser.answers(f"GET {path}", 200, edited | {"revisions": [earlier]})
    html = await browser.see("/settings/models/sample")
    assert "the words of then" in html
    assert "new words" not in html


async def test_a_sample_that_is_done_says_so(visit):
    browser = visit()
    done = {"day": "2026-11-21", "task": "sentiment", "drawn": 20, "labelled": 20, "items": []}
    browser.answers("GET /labels/sample", 200, done)
    assert "今天的已完成" in await browser.see("/settings/models/sample")
    browser.answers("GET /labels/sample", 200, done | {"drawn": 0, "labelled": 0})
    assert "暂无可抽取的帖文" in await browser.see("/settings/models/sample")


async def test_a_drop_is_said_in_a_warning(visit):
    browser = visit()
    _, report = browser.backend.replies["GET /api/v1/labels/agreement"]
    dropped = report["drift"][0] | {"state": "dropped", "text_zh": "模型与人工的一致率明显下降"}
    browser.answers("GET /labels/agreement", 200, report | {"drift": [dropped]})
    html = await browser.see("/settings/models")
    assert re.search(r'class="notice bad"[^>]*>模型与人工的一致率明显下降', html)


async def test_models_without_labels_or_releases_are_shown(visit, problem):
    browser = visit()
    empty = {"compared": 0, "agreed": 0, "share": None, "kappa": None, "confusion": {}}
    basis = {"overall": empty, "windows": []}
    report = {"sampled": basis, "corrections": basis, "among_people": empty, "drift": []}
    browser.answers("GET /labels/agreement", 200, report)
    browser.answers("GET /models/releases", 404, problem | {"status": 404})
    html = await browser.see("/settings/models")
    assert "暂无抽样标注" in html
    assert "模型版本" not in html


def window(release: str, share: float, **more: Any) -> dict[str, Any]:
    return {
        "begins": "2026-11-16",
        "engine": "compact",
        "release": release,
        "compared": 40,
        "share": share,
        "low": share - 0.1,
        "high": share + 0.05,
    } | more


def test_each_release_has_a_line_of_its_own():
    drawn = course([window("a", 0.8), window("a", 0.9), window("b", 0.85)])
    assert drawn is not None
    assert len(drawn.lines) == 2
    assert [point.begins_release for point in drawn.points] == [False, False, True]
    assert drawn.points[1].y < drawn.points[2].y < drawn.points[0].y
    assert [share for share, _ in drawn.grid] == [0.7, 0.8, 0.9, 1.0]


def test_one_week_is_no_course():
    assert course([window("a", 0.8)]) is None
    assert course([window("a", 0.8), window("a", 0.8, compared=0)]) is None


async def test_a_model_is_shown_once_with_what_all_processes_say(visit):
    html = await visit(language="en").see("/settings/models")
    (row,) = (row for row in html.split("<tr") if "<b>compact</b><div" in row)
    assert all(words in row for words in (">34%<", ">120<", "Sentiment", "Emotion", "Stance"))
    assert "in reserve" in html
    assert "in shadow: 10%" in html
    assert re.search(r'href="/api/v1/models/evaluations/[0-9a-f-]+/report"', html)
    assert "0.853" in html


async def test_a_model_that_cannot_be_opened_is_said_once(visit):
    browser = visit(language="en")
    _, told = browser.backend.replies["GET /api/v1/models"]
    failure = {"location": "/models/a", "task": "sentiment", "error": "no config.json"}
    browser.answers("GET /models", 200, told | {"failures": [failure, failure]})
    html = await browser.see("/settings/models")
    assert html.count("no config.json") == 1
