"""Watches on the console: made from a template, tried part by part, put back as they were."""

from gateway.console.preview.sample import WATCH

PLACE = f"/settings/watches/{WATCH}"


async def test_a_watch_is_made_from_a_template(visit):
    page = await visit().see("/settings/watches/new?sector=power&names=云州电力，Yunzhou")
    assert "停电与恢复" in page
    page = await visit().see("/settings/watches/new?sector=power&names=云州电力&template=outage")
    assert "云州电力 AND (停电 OR 断电 OR 跳闸)</textarea>" in page


async def test_names_are_typed_a_line_or_with_commas_of_any_kind(visit):
    browser = visit()
    browser.answers("POST /watches/templates/power/fill", 200, {"items": []})
    await browser.see("/settings/watches/new?sector=power&names=云州电力，云电%0AYunzhou Power")
    assert browser.said().json["names"] == ["云州电力", "云电", "Yunzhou Power"]


async def test_a_trial_tells_what_each_part_does_and_what_is_nearly_found(visit):
    page = await visit().see(PLACE)
    assert "跳闸" in page
    assert "去掉以下条件就会命中：演习" in page
    assert "约每天 12 条" in page


async def test_why_an_expression_cannot_be_read_is_told_in_the_readers_language(visit):
    browser = visit()
    finding = {
        "code": "unreadable",
        "severity": "error",
        "message": "write …",
        "pointer": "/expression",
        "position": 2,
        "values": {"term": "停电、断电", "left": "停电", "right": "断电"},
        "mistake": "separator",
        "suggestion": "停电 OR 断电",
    }
    browser.answers("POST /watches/lint", 200, {"savable": False, "findings": [finding]})
    page = await browser.see("/settings/watches/new?expression=停电、断电")
    assert "第 3 个字：" in page
    assert "任一个请写“停电 OR 断电”" in page
    page = await browser.see("/settings/watches/new?expression=停电、断电&taken=停电 OR 断电")
    assert "停电 OR 断电</textarea>" in page


async def test_an_earlier_version_is_restored(visit):
    browser = visit()
    watch = {"id": WATCH, "name": "n", "expression": "停电", "version": 3}
    browser.answers(f"GET /watches/{WATCH}", 200, watch)
    browser.answers(f"POST /watches/{WATCH}/versions/2/restore", 200, watch)
    answer = await browser.send(f"{PLACE}/restore", version="3", restored="2")
    assert answer.status_code == 303
    assert browser.said().path == f"/api/v1/watches/{WATCH}/versions/2/restore"


async def test_filters_are_separated_by_commas_of_any_kind(visit):
    browser = visit()
    browser.answers("POST /watches", 201, {"id": WATCH})
    await browser.send(
        "/settings/watches/new/watch", name="n", expression="停电", platforms="weibo，news、bbs"
    )
    assert browser.said().json["filters"] == {"platforms": ["weibo", "news", "bbs"]}
