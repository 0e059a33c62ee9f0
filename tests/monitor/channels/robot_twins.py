"""Servers that behave as the robots of WeCom, DingTalk and Feishu are documented to: they answer
200 to everything, refuse what is too long, signed wrongly or too frequent, and say so in the body.
"""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass, field
from typing import Any

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

SECRET = "SEC0123456789"  # of the twin


@dataclass
class RobotTwin:
    """One robot: what it took, and how it answers."""

    kind: str
    address: str
    said: list[str] = field(default_factory=list)
    asked: int = 0
    # So many are taken; then it is "too fast".
    takes: int = 20
    gone: bool = False

    def answer(self, request: Request) -> Response:
        """As the service would: status 200 whatever comes."""
        self.asked += 1
        message = json.loads(request.get_data())
        code, words = self._judge(request, message)
        names = ("code", "msg") if self.kind == "feishu" else ("errcode", "errmsg")
        return Response(
            json.dumps({names[0]: code, names[1]: words}), content_type="application/json"
        )

    def _judge(self, request: Request, message: dict[str, Any]) -> tuple[int, str]:
        if self.gone:
            return {
                "wecom": (93000, "invalid webhook url"),
                "dingtalk": (300005, "token is not exist"),
                "feishu": (19001, "param invalid: incoming webhook access token invalid"),
            }[self.kind]
        if len(self.said) >= self.takes:
            return {
                "wecom": (45009, "api freq out of limit"),
                "dingtalk": (130101, "send too fast, exceed 20 times per minute"),
                "feishu": (11232, "frequency limited"),
            }[self.kind]
        judged = getattr(self, f"_{self.kind}")(request, message)
        return judged or (0, "ok")

    def _wecom(self, request: Request, message: dict[str, Any]) -> tuple[int, str] | None:
        if request.args.get("key") != "one":
            return 93000, "invalid webhook url"
        assert message["msgtype"] == "text"
        content = message["text"]["content"]
        if len(content.encode()) > 2_048:
            return 40058, "text.content exceed max length 2048"
        self.said.append(content)
        return None

    def _dingtalk(self, request: Request, message: dict[str, Any]) -> tuple[int, str] | None:
        stamp = request.args.get("timestamp", "")
        signed = hmac.new(SECRET.encode(), f"{stamp}\n{SECRET}".encode(), hashlib.sha256).digest()
        if request.args.get("sign") != base64.b64encode(signed).decode():
            return 310000, "sign not match"
        if len(request.get_data()) > 20_000:
            return 460101, "message too long"
        assert message["msgtype"] == "text"
        self.said.append(message["text"]["content"])
        return None

    def _feishu(self, request: Request, message: dict[str, Any]) -> tuple[int, str] | None:
        key = f"{message.get('timestamp')}\n{SECRET}".encode()
        signed = hmac.new(key, digestmod=hashlib.sha256).digest()
        if message.get("sign") != base64.b64encode(signed).decode():
            return 19021, "sign match fail or timestamp is not within one hour from current time"
        if len(request.get_data()) > 20_480:
            return 11246, "message too long"
        assert message["msg_type"] == "text"
        self.said.append(message["content"]["text"])
        return None


_PATHS = {
    "wecom": "/cgi-bin/webhook/send?key=one",
    "dingtalk": "/robot/send?access_token=one",
    "feishu": "/open-apis/bot/v2/hook/one",
}


def robot_twin(httpserver: HTTPServer, kind: str) -> RobotTwin:
    """A robot of this kind on this machine."""
    path = _PATHS[kind]
    twin = RobotTwin(kind, httpserver.url_for(path))
    httpserver.expect_request(path.partition("?")[0], method="POST").respond_with_handler(
        twin.answer
    )
    return twin
