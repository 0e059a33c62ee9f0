"""Servers that behave like Bluesky's: the search through an account's server, and Jetstream."""

import asyncio
import json
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from werkzeug import Request, Response

from tests.monitor.sources.connectors.twins.answers import ago, as_json, rfc3339

DID = "did:plc:z72i7hdynmk6r22z27h6tvur"
ACCOUNT = {"handle": "press.example.org", "app_password": "abcd-efgh-ijkl-mnop"}


def record(text: str, moment: datetime, **changes: Any) -> dict[str, Any]:
    """A record of app.bsky.feed.post."""
    said = {"$type": "app.bsky.feed.post", "text": text, "langs": ["en"]}
    return said | {"createdAt": rfc3339(moment)} | changes


@dataclass
class SearchTwin:
    """`accounts_only`: it answers nobody without a session."""

    accounts_only: bool = False
    posts: list[dict[str, Any]] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)
    sessions: int = 0

    def post(self, text: str, *, minutes_ago: float = 0, **changes: Any) -> str:
        """Publish something; answers its URI."""
        moment = ago(minutes_ago)
        uri = f"at://{DID}/app.bsky.feed.post/3k{len(self.posts):08d}"
        self.posts.append(
            {
                "uri": uri,
                "cid": "bafy",
                "author": {"did": DID, "handle": "ann.example.org"},
                "record": record(text, moment, **changes),
                "replyCount": 1,
                "repostCount": 2,
                "likeCount": 3,
                "indexedAt": rfc3339(moment),
            }
        )
        return uri

    def __call__(self, request: Request) -> Response:
        """Answer one request."""
        if request.path.endswith("createSession"):
            said = request.get_json()
            if (said["identifier"], said["password"]) != tuple(ACCOUNT.values()):
                error = "AuthenticationRequired"
                return as_json({"error": error, "message": "Invalid identifier or password"}, 401)
            self.sessions += 1
            return as_json({"accessJwt": f"jwt-{self.sessions}", "refreshJwt": "r", "did": DID})
        self.asked.append(dict(request.args))
        signed_in = request.headers.get("Authorization") == f"Bearer jwt-{self.sessions}"
        if self.accounts_only and not signed_in:
            return as_json({"error": "Forbidden", "message": "Sign in to search"}, 403)
        listed = sorted(self.posts, key=lambda post: post["indexedAt"], reverse=True)
        if since := request.args.get("since"):
            listed = [post for post in listed if post["indexedAt"] >= since]
        if "cursor" in request.args and not signed_in:
            # The AppView's front refuses further pages with a page of its own, no JSON.
            return Response(
                "<html><body>Request forbidden by administrative rules.</body></html>", 403
            )
        start, count = int(request.args.get("cursor", 0)), int(request.args.get("limit", 25))
        answer: dict[str, Any] = {"posts": listed[start : start + count], "hitsTotal": len(listed)}
        if start + count < len(listed):
            answer["cursor"] = str(start + count)
        return as_json(answer, headers={"RateLimit-Remaining": "2999", "RateLimit-Reset": "1"})


@dataclass
class JetstreamTwin:
    """Replays what it holds from the cursor on, then waits for more, as the real one does.

    `cut_after`: breaks off after so many messages; `pace`: seconds between two.
    """

    messages: list[dict[str, Any] | str | bytes] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    cut_after: int | None = None
    pace: float = 0.0

    def post(self, text: str, *, seconds_ago: float, key: str = "", **changes: Any) -> str:
        """A post is created; answers its URI."""
        key = key or f"3l{len(self.messages):08d}"
        said = record(text, ago(seconds_ago / 60), **changes)
        self.commit("create", key, seconds_ago=seconds_ago, record=said)
        return f"at://{DID}/app.bsky.feed.post/{key}"

    def commit(self, operation: str, key: str, *, seconds_ago: float, **more: Any) -> None:
        """Something happens to a record."""
        commit = {"operation": operation, "collection": "app.bsky.feed.post", "rkey": key} | more
        time = int(ago(seconds_ago / 60).timestamp() * 1e6)
        self.messages.append({"did": DID, "time_us": time, "kind": "commit", "commit": commit})

    def account(self, status: str | None, *, seconds_ago: float) -> None:
        """The account ends, pauses, or is back; every listener hears it."""
        time = ago(seconds_ago / 60)
        account: dict[str, Any] = {"active": status is None, "did": DID, "seq": 7}
        account |= {"time": rfc3339(time)} | ({"status": status} if status else {})
        told = {"did": DID, "time_us": int(time.timestamp() * 1e6), "kind": "account"}
        self.messages.append(told | {"account": account})

    async def __call__(self, connection: ServerConnection) -> None:
        """Serve one listener."""
        request = connection.request
        assert request is not None
        self.asked.append(request.path)
        cursor = int(request.path.partition("cursor=")[2].partition("&")[0])
        sent = 0
        with suppress(ConnectionClosed):
            for message in list(self.messages):
                if isinstance(message, dict) and message.get("time_us", cursor) < cursor:
                    continue
                if sent == self.cut_after:
                    connection.transport.abort()
                    return
                raw = json.dumps(message) if isinstance(message, dict) else message
                await connection.send(raw)
                sent += 1
                await asyncio.sleep(self.pace)
            await connection.wait_closed()

    def serve(self) -> Any:
        """The server, as a context."""
        return serve(self, "127.0.0.1", 0)
