"""A server that behaves like YouTube's Data API v3: units of a quota, page tokens, reasons of
errors."""

from dataclasses import dataclass, field
from typing import Any

from werkzeug import Request, Response

from tests.monitor.sources.connectors.twins.answers import ago, as_json, rfc3339

KEY = {"key": "AIza-not-a-real-key"}


@dataclass
class YouTubeTwin:
    """`units` and `searches` are left today; `asked` are the calls, in order."""

    units: int = 10_000
    searches: int = 100
    videos: list[dict[str, Any]] = field(default_factory=list)
    threads: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    silent: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)

    def upload(self, title: str, *, minutes_ago: float, channel: str = "UC" + "x" * 22) -> str:
        """Publish a video; answers its id."""
        video = f"v{len(self.videos):010d}"
        self.videos.append(
            {
                "id": video,
                "snippet": {
                    "publishedAt": rfc3339(ago(minutes_ago)),
                    "channelId": channel,
                    "channelTitle": "City TV",
                    "title": title,
                    "description": f"About {title}",
                    "defaultAudioLanguage": "zh",
                },
            }
        )
        self.threads[video] = []
        return video

    def comment(self, video: str, text: str, *, minutes_ago: float, replies: int = 0) -> str:
        """Say something below a video; answers the comment's id."""
        number = f"{video}-c{len(self.threads[video])}"

        def one(name: str, words: str) -> dict[str, Any]:
            snippet = {
                "videoId": video,
                "textDisplay": words,
                "textOriginal": words,
                "authorDisplayName": "@bo",
                "likeCount": 6,
                "publishedAt": rfc3339(ago(minutes_ago)),
            }
            return {"id": name, "snippet": snippet}

        answers = [one(f"{number}.{index}", f"answer {index}") for index in range(replies)]
        thread = {
            "id": number,
            "snippet": {"videoId": video, "topLevelComment": one(number, text)},
            "replies": {"comments": answers},
        }
        self.threads[video].insert(0, thread)
        return number

    def __call__(self, request: Request) -> Response:
        """Answer one request."""
        what = request.path.rpartition("/")[2]
        self.asked.append(what)
        if "key" in request.args or request.headers.get("X-Goog-Api-Key") != KEY["key"]:
            return _refused(400, "badRequest", "API key not valid. Please pass a valid API key.")
        if (self.searches if what == "search" else self.units) < 1:
            return _refused(403, "quotaExceeded", "The request exceeded your quota.")
        if what == "search":
            self.searches -= 1
        else:
            self.units -= 1
        found = {
            "search": self._search,
            "videos": self._videos,
            "playlistItems": self._uploads,
            "commentThreads": self._threads,
        }[what](request)
        return found if isinstance(found, Response) else self._page(found, request)

    def _page(self, found: list[Any], request: Request) -> Response:
        start = int(request.args.get("pageToken", "p0")[1:])
        count = int(request.args.get("maxResults", 5))
        answer: dict[str, Any] = {"items": found[start : start + count]}
        if start + count < len(found):
            answer["nextPageToken"] = f"p{start + count}"
        return as_json(answer)

    def _search(self, request: Request) -> list[Any]:
        since = request.args.get("publishedAfter", "")
        newest = sorted(self.videos, key=lambda one: one["snippet"]["publishedAt"], reverse=True)
        return [
            {"id": {"kind": "youtube#video", "videoId": one["id"]}, "snippet": one["snippet"]}
            for one in newest
            if one["snippet"]["publishedAt"] >= since
        ]

    def _uploads(self, request: Request) -> list[Any]:
        channel = "UC" + request.args["playlistId"][2:]
        return [
            {"contentDetails": {"videoId": one["id"]}}
            for one in reversed(self.videos)
            if one["snippet"]["channelId"] == channel
        ]

    def _videos(self, request: Request) -> list[Any]:
        wanted = request.args["id"].split(",")
        assert len(wanted) <= 50
        return [
            one
            | {
                "statistics": {
                    "viewCount": "1234",
                    "likeCount": "56",
                    "commentCount": str(
                        sum(1 + len(t["replies"]["comments"]) for t in self.threads[one["id"]])
                    ),
                }
            }
            for one in self.videos
            if one["id"] in wanted
        ]

    def _threads(self, request: Request) -> list[Any] | Response:
        video = request.args["videoId"]
        if video in self.silent:
            return _refused(403, "commentsDisabled", "The video has disabled comments.")
        return self.threads[video]


def _refused(status: int, reason: str, message: str) -> Response:
    errors = [{"reason": reason, "domain": "youtube.quota", "message": message}]
    return as_json({"error": {"code": status, "message": message, "errors": errors}}, status)
