"""Thresholds are tried on past posts, put in shadow and saved from one page."""

from datetime import UTC, datetime

import pytest

from gateway.console.preview.backtests import BACKTEST, RUNNING, backtest, watch
from gateway.console.preview.sample import WATCH
from gateway.console.views.lanes import lanes

PLACE = f"/settings/watches/{WATCH}/thresholds"


async def test_what_is_typed_is_tried_and_what_is_empty_keeps_its_default(visit):
    browser = visit()
    browser.answers(f"POST /watches/{WATCH}/backtest", 202, {"id": BACKTEST})
    answer = await browser.send(
        f"{PLACE}/try", blue="30", outlook="0.9", red="", voice="500000", days="7", expression=""
    )
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/settings/backtests/{BACKTEST}?done=backtest-queued"
    said = browser.said()
    assert said.json == {
        "thresholds": {"heat": {"blue": 30.0}, "outlook": 0.9, "voice": 500_000},
        "days": 7,
    }


async def test_saving_keeps_all_else_of_the_watch_and_notices_who_was_faster(visit):
    browser = visit()
    browser.answers(f"PUT /watches/{WATCH}", 200, watch())
    browser.answers(f"GET /watches/{WATCH}", 200, watch())
    page = await browser.see(PLACE)
    assert "60" in page
    kept = '{"name": "n", "expression": "停电", "targets": ["t"], "enabled": true}'
    answer = await browser.send(f"{PLACE}/save", kept=kept, version="3", blue="30")
    assert answer.status_code == 303
    said = browser.said()
    assert said.json["expression"] == "停电"
    assert said.json["thresholds"] == {"heat": {"blue": 30.0}}
    late = await browser.send(f"{PLACE}/save", kept=kept, version="2", blue="30")
    assert late.status_code == 412


@pytest.mark.parametrize("act", ["shadow", "promote", "drop"])
async def test_a_shadow_is_started_promoted_and_dropped(visit, act):
    browser = visit()
    browser.answers(f"GET /watches/{WATCH}", 200, watch())
    path = "shadow" if act == "shadow" else f"shadow/{act}"
    browser.answers(f"POST /watches/{WATCH}/{path}", 200, {})
    answer = await browser.send(f"{PLACE}/{act}", version="3", blue="30")
    assert answer.status_code == 303, answer.text
    assert browser.said().path == f"/api/v1/watches/{WATCH}/{path}"


async def test_a_figure_that_is_none_is_refused_by_the_api_and_stays_typed(visit):
    browser = visit()
    problem = {"type": "/problems/invalid", "status": 422, "detail": "blue: a number is needed"}
    browser.answers(f"POST /watches/{WATCH}/backtest", 422, problem)
    answer = await browser.send(f"{PLACE}/try", blue="many", days="7")
    assert answer.status_code == 422
    assert 'value="many"' in answer.text


async def test_a_backtest_that_runs_can_be_stopped(visit):
    browser = visit()
    assert "40" in await browser.see(f"/settings/backtests/{RUNNING}")
    browser.answers(f"POST /watches/backtests/{RUNNING}/cancel", 200, {})
    answer = await browser.send(f"/settings/backtests/{RUNNING}/cancel")
    assert answer.headers["location"].endswith("done=backtest-cancelled")


def test_first_warnings_stand_on_lanes_in_order_of_time():
    found = lanes(backtest(datetime.now(UTC)))
    assert found is not None
    assert [lane.name for lane in found.lanes] == ["present", "draft", "stored"]
    assert [len(lane.dots) for lane in found.lanes] == [3, 3, 3]
    assert all(found.left <= dot.x <= found.right for lane in found.lanes for dot in lane.dots)
    draft = found.lanes[1].dots[0]
    assert draft.x < found.lanes[0].dots[0].x  # earlier
    assert lanes(backtest(datetime.now(UTC), result=None)) is None
