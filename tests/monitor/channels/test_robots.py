"""Robots of group chats: an answer of 200 is no arrival, and nobody is blocked for talking much."""

import re
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from sqlalchemy import text

from services.monitor.channels.models import ChannelKind
from services.monitor.channels.robots import robot_of
from shared.contracts.levels import WarningLevel
from tests.monitor.channels.robot_twins import SECRET, RobotTwin, robot_twin
from tests.monitor.desk import PUBLIC, Desk, raised

KINDS = ("wecom", "dingtalk", "feishu")


async def robot(desk: Desk, twin: RobotTwin, **changes: Any) -> None:
    """The robot as a channel that is told of every warning."""
    signed = {} if twin.kind == "wecom" else {"secret": SECRET}
    body = {"name": "Group", "kind": twin.kind, "address": twin.address} | signed | changes
    await desk.put("channels/group", body)
    await desk.put("rules/group", {"name": "Group", "tell": [{"kind": "channel", "name": "group"}]})


async def told(desk: Desk) -> list[dict[str, Any]]:
    answer = await desk.room.get("/api/v1/warnings/alerts?channel=group&limit=200")
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def time_passes(desk: Desk) -> None:
    """A minute later, by the clock of the database."""
    async with desk.room.transaction() as session:
        await session.execute(
            text("UPDATE monitor.alerts SET next_at = now() WHERE next_at IS NOT NULL")
        )
        await session.execute(
            text("UPDATE monitor.alerts SET queued_at = queued_at - interval '2 minutes'")
        )
        await session.execute(text("DELETE FROM corridor.schedules"))
    await desk.room.tick()
    await desk.work()


@pytest.mark.parametrize("kind", KINDS)
async def test_a_robot_gets_text_with_the_link_signed_and_short_enough(
    desk: Desk, httpserver: HTTPServer, kind: str
) -> None:
    twin = robot_twin(httpserver, kind)
    await robot(desk, twin)
    warning = raised(WarningLevel.YELLOW)
    long = {"title": "城东变电站停电" * 40, "watch_name": "自有品牌" * 100}
    await desk.tell(warning.model_copy(update=long))
    (alert,) = await told(desk)
    assert (alert["state"], alert["error"]) == ("sent", None)
    (said,) = twin.said
    assert said.startswith("黄色预警（III级）：城东变电站停电")
    assert f"{PUBLIC}/warnings/{warning.warning_id}" in said
    # What a post says is no markup, calls nobody, and leads nowhere.
    assert "https://evil.example" not in said
    assert "<b>" not in said or kind != "feishu"


@pytest.mark.parametrize("kind", KINDS)
async def test_a_refusal_with_status_200_is_a_failure_with_its_reason(
    desk: Desk, httpserver: HTTPServer, kind: str
) -> None:
    twin = robot_twin(httpserver, kind)
    await robot(desk, twin)
    twin.gone = True
    await desk.raise_warning(WarningLevel.BLUE)
    (alert,) = await told(desk)
    assert alert["state"] == "sending"
    assert re.search(r"refused the message: (93000|300005|19001) ", alert["error"])


@pytest.mark.parametrize("kind", ["dingtalk", "feishu"])
async def test_a_wrong_secret_is_told_in_the_words_of_the_robot(
    desk: Desk, httpserver: HTTPServer, kind: str
) -> None:
    await robot(desk, robot_twin(httpserver, kind), secret="wrong")  # of the test
    await desk.raise_warning(WarningLevel.BLUE)
    (alert,) = await told(desk)
    assert "sign" in alert["error"]
    assert "wrong" not in alert["error"]


async def test_a_server_that_is_no_robot_did_not_take_it(
    desk: Desk, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/portal").respond_with_data("<html>Please sign in</html>")
    await robot(desk, RobotTwin("wecom", httpserver.url_for("/portal")))
    await desk.raise_warning(WarningLevel.BLUE)
    (alert,) = await told(desk)
    assert alert["error"] == "It answered 200, but not as this robot does."


async def test_a_storm_is_told_together_and_blocks_no_robot(
    desk: Desk, httpserver: HTTPServer
) -> None:
    twin = robot_twin(httpserver, "dingtalk")
    await robot(desk, twin)
    for _ in range(30):
        await desk.tell(raised(WarningLevel.BLUE))
    red = await desk.raise_warning(WarningLevel.RED)
    # Ten one by one; a red one is not held up by what is blue.
    assert len(twin.said) == 11
    assert "红色预警" in twin.said[-1]
    assert [alert["state"] for alert in await told(desk)].count("held") == 20
    await time_passes(desk)
    assert len(twin.said) == 12
    assert twin.said[-1].startswith("合并通知：20 条")
    assert twin.said[-1].count("蓝色预警") == 20
    states = {alert["state"] for alert in await told(desk)}
    assert states == {"sent", "digested"}
    assert str(red.warning_id) in twin.said[10]


async def test_a_robot_that_says_too_fast_is_left_alone_for_its_time(
    desk: Desk, httpserver: HTTPServer
) -> None:
    twin = robot_twin(httpserver, "dingtalk")
    twin.takes = 0
    await robot(desk, twin)
    await desk.raise_warning(WarningLevel.BLUE)
    (alert,) = await told(desk)
    assert "130101 send too fast" in alert["error"]
    async with desk.room.transaction() as session:
        wait = await session.scalar(
            text(
                "SELECT extract(epoch FROM next_at - now()) FROM monitor.alerts "
                "WHERE channel = 'group'"
            )
        )
    assert 540 < wait <= 600
    # What comes meanwhile waits with it, and costs no further try.
    for _ in range(3):
        await desk.raise_warning(WarningLevel.BLUE)
    assert twin.asked == 1
    twin.takes = 20
    await time_passes(desk)
    await time_passes(desk)
    assert [said.split("：")[0] for said in twin.said] == ["蓝色预警（IV级）", "合并通知"]


async def test_a_person_is_not_flooded(desk: Desk) -> None:
    await desk.put("rules/lead", {"name": "Lead", "tell": [{"kind": "person", "name": "su"}]})
    for _ in range(20):
        await desk.tell(raised(WarningLevel.BLUE))
    assert desk.mailbox.told() == ["su"] * 6
    await time_passes(desk)
    assert desk.mailbox.told() == ["su"] * 7
    digest = desk.mailbox.mails[-1]
    assert digest[1] == "Told together: 14"
    assert f"{PUBLIC}/warnings" in digest[2]


@pytest.mark.parametrize(
    ("address", "found"),
    [
        (
            "wecombot://aBc-1",
            (ChannelKind.WECOM, "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=aBc-1"),
        ),
        (
            "feishu://Tok-1/",
            (ChannelKind.FEISHU, "https://open.feishu.cn/open-apis/bot/v2/hook/Tok-1"),
        ),
        (
            "lark://Tok",
            (ChannelKind.FEISHU, "https://open.larksuite.com/open-apis/bot/v2/hook/Tok"),
        ),
    ],
)
def test_what_apprise_calls_a_robot_is_spoken_to_by_us(
    address: str, found: tuple[ChannelKind, str]
) -> None:
    assert robot_of(address) == (*found, None, ())


def test_of_dingtalk_the_secret_and_the_mobiles_are_kept() -> None:
    assert robot_of("dingtalk://SECx%2F1@Tok9/13800000000/13900000000?to=13700000000") == (
        ChannelKind.DINGTALK,
        "https://oapi.dingtalk.com/robot/send?access_token=Tok9",
        "SECx/1",
        ("13800000000", "13900000000", "13700000000"),
    )


@pytest.mark.parametrize("address", ["mailtos://a:b@example.com", "slack://T/B/x", "json://h/p"])
def test_everything_else_goes_through_apprise(address: str) -> None:
    assert robot_of(address) is None
