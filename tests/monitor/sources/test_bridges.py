"""Presets: an officer types words, and the feed of a bridge is read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_httpserver import HTTPServer

from services.monitor.room import room as monitor_room
from services.monitor.sources.bridges import (
    BridgeRefusedError,
    BridgeWish,
    address_of,
    bridges,
)
from tests.conftest import OpenRoom
from tests.monitor.sources.test_sources import SOURCES, feed, read_now

BASE = "https://rsshub.example.org/"


@pytest.mark.parametrize("name", list(bridges()))
def test_each_preset_is_whole_and_its_example_works(name: str) -> None:
    bridge = bridges()[name]
    values = {parameter.name: parameter.example for parameter in bridge.parameters}
    address = address_of(BridgeWish(name=name, base=BASE, values=values), None)
    assert address.startswith("https://rsshub.example.org/")
    assert "{" not in address
    for words in (bridge.title, bridge.hint, *(one.title for one in bridge.parameters)):
        assert words.zh
        assert words.en.isascii()


@given(keyword=st.text(min_size=1, max_size=300))
def test_whatever_is_typed_stays_one_part_of_the_path(keyword: str) -> None:
    wish = BridgeWish(name="weibo_keyword", base=BASE, values={"keyword": keyword})
    if not keyword.strip() or len(keyword.strip()) > 200 or not keyword.strip().isprintable():
        with pytest.raises(BridgeRefusedError):
            address_of(wish, None)
        return
    address = address_of(wish, None)
    begin, _, typed = address.rpartition("/")
    assert begin == "https://rsshub.example.org/weibo/keyword"
    assert typed.isascii()
    assert not set(typed) & set("?#&/\\ @:")
    assert typed.strip(".")


async def test_a_preset_makes_a_source_that_is_read(
    open_room: OpenRoom, httpserver: HTTPServer
) -> None:
    room = await open_room(
        monitor_room, allow_private_sources=True, rsshub_url=httpserver.url_for("/hub")
    )
    httpserver.expect_request("/hub/weibo/keyword/云州 供电").respond_with_data(feed("停电"))
    bridge = {"name": "weibo_keyword", "values": {"keyword": "云州 供电"}}
    new = {"name": "微博 云州", "settings": {"bridge": bridge}, "robots_reason": "ours"}
    made = (await room.post(SOURCES, new)).json()
    assert made["platform"] == "weibo"
    assert made["settings"]["bridge"] == bridge
    shown = await read_now(room, made)
    assert (shown["health"]["last_error"], shown["health"]["posts"]) == (None, 1)
    listed = (await room.get(f"{SOURCES}/bridges")).json()
    assert listed["rsshub_url"] == httpserver.url_for("/hub")


@pytest.mark.parametrize(
    ("bridge", "pointer"),
    [
        ({"name": "none"}, "/settings/bridge/name"),
        ({"name": "weibo_keyword", "values": {"keyword": "x"}}, "/settings/bridge/base"),
        ({"name": "weibo_keyword", "base": BASE}, "/settings/bridge/values/keyword"),
        (
            {"name": "weibo_user", "base": BASE, "values": {"uid": "../x"}},
            "/settings/bridge/values/uid",
        ),
        (
            {"name": "weibo_hot", "base": BASE, "values": {"x": "y"}},
            "/settings/bridge/values/x",
        ),
        ({"name": "weibo_hot", "base": "http://169.254.169.254"}, "/url"),
        ({"name": "weibo_hot", "base": "file:///etc"}, "/url"),
    ],
)
async def test_what_is_wrong_names_its_field(
    open_room: OpenRoom, bridge: dict[str, object], pointer: str
) -> None:
    room = await open_room(monitor_room)
    refused = await room.post(SOURCES, {"name": "A", "settings": {"bridge": bridge}})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == pointer
