"""Posts of real shape, made up from a written stock: the same seed gives the same posts.

The stock is small on purpose: posts are put together from the same sentences, and each is alike to
3.9 earlier ones (of Weibo posts one in 25 is alike to any). What must tell copies from such
families works harder here than on a real stream.
"""

import random
from collections import deque
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

_STOCK: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "stock.yaml").read_text("utf-8"))
# About a fifth is matched: so much of what keyword feeds bring is about somebody whom one watches.
_WATCHED = 0.2
_REPOSTS = 0.2
_REPOSTABLE = 2_000
# What Weibo writes when somebody passes a post on without a word.
_PLAIN = "转发微博"
# Characters of a Weibo post of somebody who complains; the old limit of Weibo is the upper end.
_LENGTHS = (80, 140)
_PLATFORMS = ("weibo", "forum", "wechat", "news", "review")
_SHARES = (12, 3, 3, 1, 1)

# The surges' own watch warns from the post on that is the 15th of its story:
# ln 2 x 15 = 10.4 posts an hour (services/monitor/indicators/heat.py).
CROSSING = 15
SURGE_POSTS = 20
_SURGE_TARGET = "云州见闻"


def watches() -> list[dict[str, Any]]:
    """The thirty watches of the background, which warn of nothing, and the one of the surges."""
    background = [
        {
            "name": f"bench {name}",
            "expression": f"({name} OR {short}) NOT 广告",
            "targets": [name],
            # At hundreds of mentions a second, thresholds are set accordingly.
            "thresholds": _heat(1e6),
        }
        for name, short in _STOCK["subjects"]
    ]
    surges = {
        "name": "bench surges",
        "expression": _SURGE_TARGET,
        "targets": [_SURGE_TARGET],
        "thresholds": _heat(10.0),
    }
    return [*background, surges]


def surge_tags() -> list[str]:
    """What the surges are called; `surge_post` takes the place in this list."""
    return [tag for tag, *_ in _STOCK["surges"]]


class Writer:
    """Writes posts, one after the other; `run` keeps their ids apart from those of other runs."""

    def __init__(self, seed: int, run: str) -> None:
        self._random = random.Random(seed)
        self._run = run
        self._count = 0
        self._recent: deque[dict[str, Any]] = deque(maxlen=_REPOSTABLE)

    def posts(self, count: int) -> Iterator[dict[str, Any]]:
        """The next posts of the background."""
        for _ in range(count):
            repost = self._recent and self._random.random() < _REPOSTS
            yield self._repost() if repost else self._original()

    def surge_post(self, surge: int) -> dict[str, Any]:
        """A post of one of the surges: its story is told by its hashtag and its own words."""
        tag, *said = _STOCK["surges"][surge]
        self._random.shuffle(said)
        text = f"#{tag}# {'，'.join(said)}。{_SURGE_TARGET} {self._count}"
        # Without reactions each post weighs 1, so that it is known which one crosses.
        return self._post("weibo", text) | {"engagement": None}

    def _original(self) -> dict[str, Any]:
        choice = self._random.choice
        if self._random.random() < _WATCHED:
            sentences, who = choice(_STOCK["matters"]), choice(choice(_STOCK["subjects"]))
        else:
            sentences, who = choice(_STOCK["everyday"]), ""
        platform = self._random.choices(_PLATFORMS, _SHARES)[0]
        post = self._post(platform, self._text(sentences, who))
        if platform == "weibo":
            self._recent.append(post)
        return post

    def _text(self, sentences: list[str], who: str) -> str:
        """Sentences of one matter, the first one among them, and what people say to anything."""
        choice, sample = self._random.choice, self._random.sample
        said = [sentences[0], *sample(sentences[1:], k=3), *sample(_STOCK["comments"][1:], k=5)]
        length = self._random.randint(*_LENGTHS)
        text = ""
        for sentence in said:
            if len(text) + len(sentence) > length:
                break
            place = choice(_STOCK["places"])
            text += sentence.format(who=who, place=place, n=self._random.randint(3, 997)) + "。"
        return text

    def _repost(self) -> dict[str, Any]:
        original = self._random.choice(self._recent)
        comment = self._random.choice(_STOCK["comments"])
        quoted = "" if comment == _PLAIN else f"//@{original['author']}:{original['text']}"
        post = self._post("weibo", comment + quoted)
        return post | {"parent_external_id": original["external_id"]}

    def _post(self, platform: str, text: str) -> dict[str, Any]:
        self._count += 1
        number = self._random.randrange(100_000)
        external_id = f"{self._run}-{self._count:07d}"
        return {
            "external_id": external_id,
            "platform": platform,
            "text": text,
            "published_at": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "url": f"https://{platform}.example/status/{external_id}",
            "author": f"{self._random.choice(_STOCK['names'])}{number}",
            "author_followers": int(self._random.lognormvariate(5.5, 1.8)),
            "language": "zh",
            "region": self._random.choice(_STOCK["regions"]),
            "engagement": {
                "likes": int(self._random.expovariate(1 / 8)),
                "reposts": int(self._random.expovariate(1 / 2)),
                "comments": int(self._random.expovariate(1 / 3)),
                "views": int(self._random.lognormvariate(6.0, 1.2)),
            },
        }


def _heat(blue: float) -> dict[str, Any]:
    """Thresholds on heat alone."""
    steps = {"blue": blue, "yellow": blue * 100, "orange": blue * 300, "red": blue * 900}
    return {"heat": steps, "aggravation": 1.0}
