"""The robots of group chats: WeCom (企业微信), DingTalk (钉钉), Feishu and Lark (飞书).

All three answer 200 to what they refuse, and say so in the body, which libraries take for sent; and
each has a length and a pace beyond which it refuses, DingTalk for ten minutes. The forms, limits
and codes are those of their documentation for robots of groups. What is sent is text without
markup: WeCom shows its Markdown to nobody who reads in WeChat, and none of them has a way to quote
what posts say.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import httpx

from services.monitor.channels.models import ChannelKind
from services.monitor.channels.webhook import WebhookError, exchange
from services.monitor.notices.letters import Letter

# Below 20 KB with room for what stands around the text, and for its escaping.
_ROOMY = 15_000


@dataclass(frozen=True, slots=True)
class Order:
    """One message to one robot: `key` signs it where the robot wants that; `mobiles` are called by
    name; `at`: seconds since 1970."""

    letter: Letter
    key: str | None
    mobiles: Sequence[str]
    at: float


@dataclass(frozen=True, slots=True)
class Robot:
    """How a robot is spoken to: where its answer has a code and words, which codes mean that it was
    spoken to too often, and for how long it takes nothing then."""

    write: Callable[[Order], tuple[dict[str, str], dict[str, Any]]]
    code: str
    words: str
    busy: frozenset[int]
    rests: timedelta
    signs: bool


class RobotBusyError(WebhookError):
    """It was spoken to too often, and takes nothing for a while (`rests`)."""

    def __init__(self, message: str, rests: timedelta) -> None:
        super().__init__(message)
        self.rests = rests


async def speak(client: httpx.AsyncClient, robot: Robot, url: str, order: Order) -> None:
    """Send a message; it arrived when the robot says so, not when its server answers 200.

    Raises:
        RobotBusyError: it takes nothing for a while.
        WebhookError: it did not arrive; the message has the robot's own code and words.
    """
    query, message = robot.write(order)
    address = str(httpx.URL(url).copy_merge_params(query)) if query else url
    body = json.dumps(message, ensure_ascii=False).encode()
    answer = await exchange(
        client, address, body, {"content-type": "application/json; charset=utf-8"}
    )
    try:
        said = json.loads(answer)
        code = int(said[robot.code])
    except (ValueError, KeyError, TypeError) as error:
        raise WebhookError("It answered 200, but not as this robot does.") from error
    if code == 0:
        return
    why = f"It refused the message: {code} {str(said.get(robot.words, ''))[:200]}".rstrip()
    raise RobotBusyError(why, robot.rests) if code in robot.busy else WebhookError(why)


def robot_of(address: str) -> tuple[ChannelKind, str, str | None, tuple[str, ...]] | None:
    """The robot that an apprise URL means: its kind, address, secret, and the mobiles it calls;
    None where it means none. Apprise takes every 200 for sent, so these do not go through it."""
    parts = urlsplit(address)
    if parts.scheme == "https" and parts.hostname in _HOSTS:
        return _HOSTS[parts.hostname], address, None, ()
    if parts.scheme not in _APPRISE:
        return None
    kind, url = _APPRISE[parts.scheme]
    typed = {name: values[0] for name, values in parse_qs(parts.query).items()}
    # Not `hostname`: a token has capitals.
    secret, _, token = parts.netloc.rpartition("@")
    token = typed.get("key") or typed.get("token") or token
    mobiles = [*parts.path.split("/"), *typed.get("to", "").split(",")]
    return (
        kind,
        url.format(unquote(token)),
        unquote(typed.get("secret") or secret) or None,
        tuple(unquote(mobile) for mobile in mobiles if mobile),
    )


def _wecom(order: Order) -> tuple[dict[str, str], dict[str, Any]]:
    text = order.letter.text(limit=2_048, titled=True)
    return {}, {"msgtype": "text", "text": {"content": text}}


def _dingtalk(order: Order) -> tuple[dict[str, str], dict[str, Any]]:
    text = order.letter.text(limit=_ROOMY, titled=True)
    message = {
        "msgtype": "text",
        "text": {"content": text},
        "at": {"atMobiles": list(order.mobiles), "isAtAll": False},
    }
    if order.key is None:
        return {}, message
    stamp = str(round(order.at * 1_000))
    signed = _hmac(order.key.encode(), f"{stamp}\n{order.key}".encode())
    return {"timestamp": stamp, "sign": signed}, message


def _feishu(order: Order) -> tuple[dict[str, str], dict[str, Any]]:
    text = order.letter.text(limit=_ROOMY, titled=True)
    message: dict[str, Any] = {"msg_type": "text", "content": {"text": _untagged(text)}}
    if order.key is not None:
        stamp = str(round(order.at))
        # Theirs: the secret is part of the key, and nothing is signed with it.
        message |= {"timestamp": stamp, "sign": _hmac(f"{stamp}\n{order.key}".encode(), b"")}
    return {}, message


def _untagged(text: str) -> str:
    """Feishu reads `<at user_id="all">` in a text: a post must not call everybody."""
    return text.replace("<", "＜")


def _hmac(key: bytes, message: bytes) -> str:
    return base64.b64encode(hmac.new(key, message, hashlib.sha256).digest()).decode()


_MINUTE = timedelta(minutes=1)
ROBOTS: Mapping[ChannelKind, Robot] = {
    ChannelKind.WECOM: Robot(
        _wecom, "errcode", "errmsg", frozenset({45009}), rests=_MINUTE, signs=False
    ),
    ChannelKind.DINGTALK: Robot(
        _dingtalk,
        "errcode",
        "errmsg",
        frozenset({130101, 410100}),
        rests=timedelta(minutes=10),
        signs=True,
    ),
    ChannelKind.FEISHU: Robot(
        _feishu, "code", "msg", frozenset({11232}), rests=_MINUTE, signs=True
    ),
}
_HOSTS = {
    "qyapi.weixin.qq.com": ChannelKind.WECOM,
    "oapi.dingtalk.com": ChannelKind.DINGTALK,
    "open.feishu.cn": ChannelKind.FEISHU,
    "open.larksuite.com": ChannelKind.FEISHU,
}
_APPRISE = {
    "wecombot": (ChannelKind.WECOM, "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={}"),
    "dingtalk": (ChannelKind.DINGTALK, "https://oapi.dingtalk.com/robot/send?access_token={}"),
    "feishu": (ChannelKind.FEISHU, "https://open.feishu.cn/open-apis/bot/v2/hook/{}"),
    "lark": (ChannelKind.FEISHU, "https://open.larksuite.com/open-apis/bot/v2/hook/{}"),
}
