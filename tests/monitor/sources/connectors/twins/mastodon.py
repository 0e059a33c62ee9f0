"""A server that behaves like Mastodon 4: numbers that grow with time, pages by max_id, Link
headers, rate limits, tokens; or like Pleroma, whose ids are no numbers."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from werkzeug import Request, Response
from werkzeug.urls import iri_to_uri

from tests.monitor.sources.connectors.twins.answers import as_json

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass
class MastodonTwin:
    """`limit`: requests that are left; `token`: wanted where it is set; `flake`: ids of letters."""

    host: str = "social.example"
    token: str | None = None
    limit: int = 300
    flake: bool = False
    statuses: list[dict[str, Any]] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)

    def post(self, text: str, *, minutes_ago: float = 0, **changes: Any) -> dict[str, Any]:
        """Publish something; its number holds the time in milliseconds, as Mastodon's do."""
        at = datetime.now(UTC) - timedelta(minutes=minutes_ago)
        number = int((at - _EPOCH) / timedelta(milliseconds=1)) * 65_536 + len(self.statuses)
        status = {
            "id": f"A{number:x}" if self.flake else str(number),
            "uri": f"https://{self.host}/users/ann/statuses/{number}",
            "url": f"https://{self.host}/@ann/{number}",
            "created_at": at.isoformat().replace("+00:00", "Z"),
            "edited_at": None,
            "in_reply_to_id": None,
            "in_reply_to_account_id": None,
            "language": "zh",
            "spoiler_text": "",
            "visibility": "public",
            "content": f"<p>{text}</p>",
            "account": {"id": "1", "acct": "ann", "followers_count": 12},
            "media_attachments": [],
            "poll": None,
            "reblog": None,
            "favourites_count": 3,
            "reblogs_count": 2,
            "replies_count": 1,
        } | changes
        self.statuses.append(status)
        return status

    def __call__(self, request: Request) -> Response:
        """Answer one request."""
        self.asked.append(dict(request.args))
        if self.token and request.headers.get("Authorization") != f"Bearer {self.token}":
            return as_json({"error": "The access token is invalid"}, 401)
        self.limit -= 1
        reset = (datetime.now(UTC) + timedelta(minutes=4)).isoformat().replace("+00:00", "Z")
        headers = {
            "X-RateLimit-Limit": "300",
            "X-RateLimit-Remaining": str(max(self.limit, 0)),
            "X-RateLimit-Reset": reset,
        }
        if self.limit < 0:
            return as_json({"error": "Too many requests"}, 429, headers)
        listed = sorted(self.statuses, key=lambda status: str(status["id"]), reverse=True)
        below = request.args.get("max_id")
        count = min(int(request.args.get("limit", 20)), 40)
        page = [one for one in listed if below is None or one["id"] < below][:count]
        if page:
            base = iri_to_uri(request.base_url)
            headers["Link"] = (
                f'<{base}?max_id={page[-1]["id"]}>; rel="next", '
                f'<{base}?min_id={page[0]["id"]}>; rel="prev"'
            )
        found: Any = {"accounts": [], "statuses": page, "hashtags": []}
        return as_json(found if request.path == "/api/v2/search" else page, 200, headers)
