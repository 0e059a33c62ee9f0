"""Sources in the browser: a form for each kind, tried out before it is kept."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.console.preview.sources import SILENT, SOURCE, kinds, sources
from gateway.console.source_words import SOURCE_TEXTS
from gateway.console.views.shapes import asked_of, read_part
from services.monitor.sources.connectors.registry import KINDS

HERE = "/settings/sources"
FORM = {
    "key": "key-1",
    "sheet": "new",
    "kind": "bluesky_search",
    "name": "停电",
    "url": "",
    "platform": "",
    "settings.lines.words": "停电\n断电\n",
    "credentials.secret.password": "",
    "every_minutes": "10",
    "enabled": "on",
    "verb": "keep",
}


async def test_those_in_trouble_come_first_and_say_what_it_is(visit):
    html = await visit(language="en").see(HERE)
    assert html.index("民生版") < html.index("微博转换") < html.index("云州日报")
    assert "503 Service Unavailable" in html
    assert "lamp silent" in html


async def test_a_form_becomes_one_call_with_the_values_of_its_kind(visit):
    browser = visit()
    browser.answers("POST /sources", 201, {"id": SOURCE})
    response = await browser.http.post(f"{HERE}/new", data=FORM)
    assert response.headers["location"] == f"{HERE}/{SOURCE}?done=source-added"
    call = browser.said()
    assert (call.path, call.headers["Idempotency-Key"]) == ("/api/v1/sources", "key-1")
    assert call.json == {
        "name": "停电",
        "kind": "bluesky_search",
        "settings": {"words": ["停电", "断电"]},
        "every_minutes": 10,
        "enabled": True,
        "sample": False,
    }


async def test_it_is_tried_out_and_what_was_typed_stays_but_no_secret(visit):
    browser = visit(language="en")
    found = {"error": None, "found": 1, "undated": 0, "skipped": 0}
    post = {"platform": "bluesky", "text": "城东停电", "published_at": "2026-11-01T21:04:00Z"}
    browser.answers("POST /sources/preview", 200, found | {"posts": [post]})
    typed = FORM | {"verb": "try", "credentials.secret.password": "hunter2-secret"}
    response = await browser.http.post(f"{HERE}/new", data=typed)
    assert "1 post was found" in response.text
    assert "城东停电" in response.text
    assert "断电" in response.text
    assert "hunter2-secret" not in response.text


async def test_what_is_wrong_with_it_is_shown_beside_what_was_typed(visit):
    browser = visit(language="en")
    wrong = {"error": "The site answered 410 Gone.", "found": 0, "undated": 0, "skipped": 0}
    browser.answers("POST /sources/preview", 200, wrong | {"posts": []})
    response = await browser.http.post(f"{HERE}/new", data=FORM | {"verb": "try"})
    assert "410 Gone" in response.text
    assert 'value="停电"' in response.text


async def test_a_preset_asks_for_its_words_and_nothing_else_of_a_feed(visit):
    browser = visit()
    html = await browser.see(f"{HERE}/new?kind=rss&bridge=weibo_keyword")
    assert "微博关键词" in html
    assert 'name="settings.text.bridge.values.keyword"' in html
    assert 'name="url"' not in html
    browser.answers("POST /sources", 201, {"id": SOURCE})
    typed = {
        "key": "key-1",
        "sheet": "new",
        "kind": "rss",
        "name": "微博 停电",
        "settings.text.bridge.name": "weibo_keyword",
        "settings.text.bridge.values.keyword": " 停电 ",
        "settings.text.bridge.base": "",
        "verb": "keep",
    }
    await browser.http.post(f"{HERE}/new", data=typed)
    bridge = {"name": "weibo_keyword", "values": {"keyword": "停电"}}
    assert browser.said().json["settings"] == {"bridge": bridge}


@pytest.mark.parametrize("verb", ["keep", "try"])
async def test_what_is_wrong_stands_beside_its_field(visit, verb):
    browser = visit(language="en")
    wrong = {"pointer": "/settings/bridge/values/keyword", "detail": "fill this in"}
    body = {"type": "/problems/values-do-not-fit", "detail": "wrong", "errors": [wrong]}
    browser.answers("POST /sources" + ("/preview" if verb == "try" else ""), 422, body)
    typed = FORM | {"kind": "rss", "settings.text.bridge.name": "weibo_keyword", "verb": verb}
    html = (await browser.http.post(f"{HERE}/new", data=typed)).text
    label = html.index('name="settings.text.bridge.values.keyword"')
    assert 'class="wrong" role="alert">fill this in' in html[label - 200 : label]


async def test_a_silent_source_says_since_when(visit):
    html = await visit(language="en").see(f"{HERE}/{SILENT}")
    assert "Silent since" in html


async def test_a_source_that_sends_by_itself_gets_a_secret_that_is_shown_once(visit):
    browser = visit(language="en")
    source = next(one for one in sources(datetime.now(UTC)) if one["id"] == SOURCE)
    address = f"https://console.example/api/v1/sources/{SOURCE}/push"
    webhook = {"kind": "webhook", "url": address, "settings": {}, "has_credentials": False}
    pushed = kinds()[0] | {"kind": "webhook", "title": "Webhook", "pushed": True}
    browser.answers("GET /sources/kinds", 200, {"items": [pushed]})
    browser.answers(f"GET /sources/{SOURCE}", 200, source | webhook)
    browser.answers(f"PUT /sources/{SOURCE}/secret", 200, {"secret": "whsec_shown-once"})
    html = await browser.see(f"{HERE}/{SOURCE}")
    assert address in html
    assert "Make a secret" in html
    response = await browser.http.post(f"{HERE}/{SOURCE}/secret", data={"key": "key-1"})
    assert "whsec_shown-once" in response.text
    assert "whsec_shown-once" not in await browser.see(f"{HERE}/{SOURCE}")


def test_every_text_of_a_kind_is_known_in_chinese() -> None:
    wanted = set()
    for kind in KINDS.values():
        wanted |= {kind.title, kind.hint}
        for shape in (kind.settings, kind.credentials):
            if shape is not None:
                asked = asked_of("settings", shape.model_json_schema(), {})
                wanted |= {text for field in asked for text in (field.label, field.hint) if text}
    assert wanted <= set(SOURCE_TEXTS), sorted(wanted - set(SOURCE_TEXTS))


_VALUES = {
    "flag": st.booleans(),
    "count": st.integers(-5, 5),
    "words": st.lists(st.text("停电ab", min_size=1), min_size=1, max_size=4),
    "name": st.text("停电ab", min_size=1),
    "map": st.dictionaries(st.text("ab", min_size=1), st.integers(), min_size=1, max_size=3),
}
_SCHEMA = {
    "properties": {
        "flag": {"type": "boolean"},
        "count": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
        "words": {"type": "array", "items": {"type": "string"}},
        "name": {"type": "string"},
        "map": {"type": "object"},
    }
}


@given(st.fixed_dictionaries(_VALUES))
def test_a_form_reads_back_what_it_shows(values) -> None:
    shown = [(field.name, field.value) for field in asked_of("settings", _SCHEMA, values)]
    assert read_part("settings", shown) == values


@pytest.mark.parametrize("typed", ["abc", "{", "1e"])
def test_what_does_not_read_is_sent_as_typed_and_refused_there(typed) -> None:
    assert read_part("settings", [("settings.number.limit", typed)]) == {"limit": typed}
