"""A server that behaves like Reddit: tokens for an application, listings by `after` that end after
1,000 entries, entries by their names, X-Ratelimit headers, removed posts."""

from base64 import b64encode
from dataclasses import dataclass, field
from typing import Any

from werkzeug import Request, Response

from tests.monitor.sources.connectors.twins.answers import ago, as_json

CLIENT = {"client_id": "an-application", "client_secret": "its-secret"}
_PAIR = b64encode(b"an-application:its-secret").decode()


@dataclass
class RedditTwin:
    """`tokens` counts sign-ins; `ended` are tokens that hold no longer."""

    left: float = 99.0
    entries: list[dict[str, Any]] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)
    agents: set[str] = field(default_factory=set)
    tokens: int = 0
    ended: set[str] = field(default_factory=set)

    def post(self, title: str, *, minutes_ago: float = 0, **changes: Any) -> str:
        """Submit something; answers its fullname."""
        name = f"t3_{len(self.entries):06x}"
        data = {
            "name": name,
            "title": title,
            "selftext": "",
            "author": "ann",
            "subreddit": "town",
            "permalink": f"/r/town/comments/{name[3:]}/x/",
            "score": 5,
            "num_comments": 2,
            "num_crossposts": 1,
            "created_utc": ago(minutes_ago).timestamp(),
            "edited": False,
            "removed_by_category": None,
        } | changes
        self.entries.append({"kind": name[:2], "data": data})
        return str(data["name"])

    def __call__(self, request: Request) -> Response:
        """Answer one request."""
        self.agents.add(request.headers["User-Agent"])
        if request.path == "/api/v1/access_token":
            return self._token(request)
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if not token or token in self.ended or not token.startswith("token-"):
            return as_json({"message": "Unauthorized", "error": 401}, 401)
        self.asked.append({"path": request.path} | dict(request.args))
        self.left -= 1
        headers = {"X-Ratelimit-Remaining": f"{self.left:.1f}", "X-Ratelimit-Reset": "417"}
        if self.left < 0:
            return as_json({"message": "Too Many Requests", "error": 429}, 429, headers)
        if request.path == "/api/info":
            wanted = request.args["id"].split(",")
            named = [one for one in self.entries if one["data"]["name"] in wanted]
            return as_json({"kind": "Listing", "data": {"after": None, "children": named}})
        listed = sorted(self.entries, key=lambda one: -one["data"]["created_utc"])[:1_000]
        names = [one["data"]["name"] for one in listed]
        after = request.args.get("after")
        start = names.index(after) + 1 if after in names else 0
        page = listed[start : start + int(request.args.get("limit", 25))]
        last = page[-1]["data"]["name"] if page and page[-1] is not listed[-1] else None
        listing = {"kind": "Listing", "data": {"after": last, "before": None, "children": page}}
        return as_json(listing, headers=headers)

    def _token(self, request: Request) -> Response:
        if request.headers.get("Authorization") != f"Basic {_PAIR}":
            return as_json({"message": "Unauthorized", "error": 401}, 401)
        if request.form.get("grant_type") != "client_credentials":
            return as_json({"error": "unsupported_grant_type"}, 400)
        self.tokens += 1
        return as_json(
            {
                "access_token": f"token-{self.tokens}",
                "token_type": "bearer",
                "expires_in": 86_400,
                "scope": "*",
            }
        )
