"""Ten thousand watches of real shape against a hundred thousand posts, in one pass each."""

import gzip
import json
import random
import re
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from services.monitor.watches.content import Content, Fields
from services.monitor.watches.expression import holds
from services.monitor.watches.matching import Matcher
from services.monitor.watches.nodes import Node
from services.monitor.watches.strategy import Filters, read_strategy
from shared.folding import fold
from tests.bench.report import measure, say

_DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "analysis" / "unlabelled"
_FILES = ("zh-ced-weibo.jsonl.gz", "zh-covid-weibo.jsonl.gz", "en-tweeteval-other.jsonl.gz")
_WATCHES = 10_000
_POSTS = 100_000
_BRANDS = 3_000
_READ = 20_000
# Posts on which every watch is evaluated by itself, and compared.
_COMPARED = 100
_RUN = re.compile(r"[\u4e00-\u9fff]+|[a-z]{3,}")
_PLATFORMS = ("weibo", "wechat", "news", "douyin", "forum")


def measure_watches() -> None:
    """CPU time of folding and of matching, and that the result is that of a plain evaluation."""
    chance = random.Random(7)
    texts = list(islice(_texts(chance), _POSTS))
    folded = [fold(text) for text in texts]
    say("Writing watches of real shape")
    watches = dict(enumerate(_watches(chance, folded)))
    fields = [
        Fields(
            author=f"author{chance.randrange(20_000)}", platform=chance.choice(_PLATFORMS), at=0.0
        )
        for _ in texts
    ]
    began = time.process_time()
    matcher = Matcher(watches)
    building = time.process_time() - began
    say("Matching")
    began = time.process_time()
    for text in texts:
        fold(text)
    folding = time.process_time() - began
    found = 0
    began = time.process_time()
    for text, of_post in zip(folded, fields, strict=True):
        found += len(matcher.match(text, of_post))
    matching = time.process_time() - began
    context = {
        "watches": len(watches),
        "posts": len(texts),
        "characters_a_post": sum(map(len, texts)) / len(texts),
        "mentions_a_post": found / len(texts),
        "real_texts": _DATA.exists(),
    }
    measure("matching a post against all watches", 1e6 * matching / len(texts), "µs", **context)
    measure("folding a post", 1e6 * folding / len(texts), "µs", **context)
    measure("building the matcher", building, "s", watches=len(watches))
    differing = _differing(chance, watches, matcher, folded, fields)
    measure("posts whose watches differ from a plain evaluation", differing, "posts", of=_COMPARED)


def _differing(
    chance: random.Random,
    watches: dict[int, Node],
    matcher: Matcher[int],
    folded: Sequence[str],
    fields: Sequence[Fields],
) -> int:
    differing = 0
    # Posts that match are rare: half of those compared are such.
    matching = [at for at, text in enumerate(folded) if matcher.match(text, fields[at])]
    known = chance.sample(matching, min(_COMPARED // 2, len(matching)))
    for index in known + chance.sample(range(len(folded)), _COMPARED - len(known)):
        content = Content(folded[index], fields[index])
        plain = {watch for watch, node in watches.items() if holds(node, content.shows)}
        differing += plain != {watch for watch, _ in matcher.match(folded[index], fields[index])}
    return differing


def _texts(chance: random.Random) -> Iterator[str]:
    """Posts of the data where it is there, else made of words by Zipf's law."""
    if _DATA.exists():
        sources = [_lines(_DATA / name) for name in _FILES]
        while True:
            yield next(chance.choice(sources))
    words = [_made_up(chance) for _ in range(20_000)]
    weights = [1 / (rank + 3) for rank in range(len(words))]
    while True:
        yield "".join(chance.choices(words, weights, k=chance.randrange(8, 60)))


def _lines(path: Path) -> Iterator[str]:
    while True:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                yield json.loads(line)["text"]


def _made_up(chance: random.Random) -> str:
    return "".join(chr(chance.randrange(0x4E00, 0x5E00)) for _ in range(chance.choice((2, 2, 3))))


def _watches(chance: random.Random, folded: Sequence[str]) -> Iterator[Node]:
    """A brand by its names, with matters, exclusions, nearness, counts, fields and filters.

    Matters are words of the posts, shared by Zipf's law: the word of rank r with weight 1 / r.
    Brands are rare strings of the posts, three watches of each, so that some are met.
    """
    matters = _matters(folded)
    weights = [1 / (rank + 10) for rank in range(len(matters))]
    rare = _rare(folded)
    brands = [chance.sample(rare, 3) for _ in range(_BRANDS)]

    def some(least: int, most: int) -> list[str]:
        return chance.choices(matters, weights, k=chance.randint(least, most))

    for _ in range(_WATCHES):
        names = " OR ".join(f'"{name}"' for name in chance.choice(brands))
        kind = chance.random()
        about = " OR ".join(some(2, 8))
        if kind < 0.15:
            expression = f"({names}) NEAR/{chance.choice((5, 10, 20))} ({about})"
        elif kind < 0.25:
            expression = f"({names}) 2 OF ({', '.join(some(3, 6))})"
        elif kind < 0.35:
            expression = f"title:({names}) OR ({names}) ({about})"
        elif kind < 0.40:
            expression = f"({names}) ({about}) -author:author{chance.randrange(20_000)}"
        elif kind < 0.45:
            expression = f"({names})"
        elif kind < 0.50:  # no brand: an industry or a policy, which costs most
            expression = f"({' OR '.join(some(2, 4))}) ({' OR '.join(some(2, 4))}) ({about})"
        else:
            expression = f"({names}) AND ({about})"
        exclusions = some(0, 4) if chance.random() < 0.6 else []
        filters = Filters(platforms=["weibo", "news"]) if chance.random() < 0.1 else Filters()
        yield read_strategy(expression, exclusions, filters).node


def _counts(folded: Sequence[str], length: int) -> Counter[str]:
    """In how many of some posts each word stands, or each so many characters of Chinese."""
    counts: Counter[str] = Counter()
    for text in folded[:_READ]:
        found: set[str] = set()
        for run in _RUN.findall(text):
            found.update([run] if run[0] < "\u3000" else _grams(run, length))
        counts.update(found)
    return counts


def _grams(run: str, length: int) -> Iterator[str]:
    return (run[start : start + length] for start in range(len(run) - length + 1))


def _matters(folded: Sequence[str]) -> list[str]:
    # The most frequent pairs of characters are no words ("的一") or say nothing ("真的"): what
    # people watch (投诉, 停电) is in one of some hundred posts at most.
    return [word for word, _ in _counts(folded, 2).most_common(4_000)[1_000:]]


def _rare(folded: Sequence[str]) -> list[str]:
    """Names: strings that stand in one of 2,000 posts at most, as brands do; 转发微博 is none."""
    counts = _counts(folded, 4)
    most = _READ / 2_000
    return sorted(name for name, count in counts.items() if len(name) > 3 and 3 <= count <= most)


if __name__ == "__main__":
    measure_watches()
