"""Stances that nobody had to label: what a review says of the thing reviewed, what a post says of a
thing it does not speak of, and what a plain post says of a thing it only names.

The labelled stances are about public controversies. Toward a shop, a bank or a product people take
sides by praise and complaint, and reviews show how (distant supervision: Mintz and others 2009).
"""

import re
from collections.abc import Iterator, Sequence
from random import Random
from typing import Final

from services.analysis.training.corpus import Example
from shared.contracts.labels import LABELS, Task

SOURCE: Final = "distant"
# Of each kind, for each label.
_PRAISE_AND_BLAME: Final = 8_000
# Few: who asks has mostly found the post by the thing, and complaints seldom spell out its name.
_ELSEWHERE: Final = 500
_NAMED: Final = 3_000
_ENGLISH: Final = 2_000

_REVIEWS: Final = frozenset({"online-shopping-10", "waimai-10k"})
_WEIBO: Final = frozenset({"smp2020-usual", "smp2020-virus"})
_SELLERS: Final = (
    *("商家", "卖家", "店家", "客服", "商城", "售后", "公司", "平台", "超市", "快递", "酒店"),
    *("银行", "电力", "学校", "服务", "集团"),
)
# Made-up names, so that a name alone says nothing.
_NAMES: Final = ("西岭", "临江", "澄川", "南湖", "青岭", "北辰", "长宁", "嘉禾", "永安", "新桥")
_TWEETS: Final = frozenset({"semeval2017-4a"})
_NAME_IN_TWEET: Final = re.compile(r"(?<=[a-z,] )(?:[A-Z][a-z]+)(?: [A-Z][a-z]+)*|#[A-Za-z]{4,}")
_CHINESE_WORD: Final = re.compile(r"#([^#\s]{2,12})#|【([^】\s]{2,12})】|([\u4e00-\u9fff]{2,6})")
_STANCES: Final = [str(label) for label in LABELS[Task.STANCE]]
_SENTIMENTS: Final = [str(label) for label in LABELS[Task.SENTIMENT]]
_SIDE: Final = {"positive": "favor", "negative": "against", "neutral": "none"}


def distant_stances(examples: Sequence[Example], *, seed: int) -> list[Example]:
    """Make pairs from the train parts of sentiment and stance. Deterministic."""
    random = Random(seed)  # noqa: S311
    feelings = [each for each in examples if each.task is Task.SENTIMENT]
    random.shuffle(feelings)
    reviews = [each for each in feelings if each.source in _REVIEWS and each.domain]
    weibo = [each for each in feelings if each.source in _WEIBO]
    tweets = [each for each in feelings if each.source in _TWEETS]
    topics = [
        each.target
        for each in examples
        if each.task is Task.STANCE and each.language == "zh" and 2 <= len(each.target or "") <= 8
    ]
    return [
        *_of_reviews(reviews, random),
        *_of_other_things([*reviews[::4], *weibo], [topic for topic in topics if topic], random),
        *_of_named_things(weibo, random),
        *_of_tweets(tweets, random),
    ]


def _of_reviews(reviews: Sequence[Example], random: Random) -> Iterator[Example]:
    """Praise is favor toward the thing or its seller, blame is against."""
    left = {"positive": _PRAISE_AND_BLAME, "negative": _PRAISE_AND_BLAME}
    for review in reviews:
        feeling = _SENTIMENTS[review.label]
        if left.get(feeling, 0) > 0:
            left[feeling] -= 1
            thing = review.domain or ""
            seller = random.choice(_SELLERS)
            target = random.choice((thing, seller, f"{random.choice(_NAMES)}{seller}"))
            yield _pair(review, target, _SIDE[feeling])


def _of_other_things(
    posts: Sequence[Example], topics: Sequence[str], random: Random
) -> Iterator[Example]:
    """A thing that a post does not speak of: none, whatever its feeling."""
    for post in random.sample(posts, min(_ELSEWHERE, len(posts))) if topics else ():
        topic = random.choice(topics)
        if not set(topic) & set(post.text):
            yield _pair(post, topic, "none")


def _of_named_things(posts: Sequence[Example], random: Random) -> Iterator[Example]:
    """A thing that a post without feeling names: none."""
    neutral = [post for post in posts if _SENTIMENTS[post.label] == "neutral"]
    for post in neutral[:_NAMED]:
        words = [next(filter(None, found)) for found in _CHINESE_WORD.findall(post.raw)]
        if words:
            word = random.choice(words)
            yield _pair(post, word if len(word) < 4 else word[: random.randint(2, 4)], "none")


def _of_tweets(tweets: Sequence[Example], random: Random) -> Iterator[Example]:
    """The tweets were gathered by topics: their feeling is about what they name."""
    left = dict.fromkeys(_SIDE, _ENGLISH)
    for tweet in tweets:
        feeling = _SENTIMENTS[tweet.label]
        names = _NAME_IN_TWEET.findall(tweet.raw)
        if names and left[feeling] > 0:
            left[feeling] -= 1
            yield _pair(tweet, random.choice(names).lstrip("#").lower(), _SIDE[feeling])


def _pair(example: Example, target: str, stance: str) -> Example:
    return example._replace(
        task=Task.STANCE, target=target, label=_STANCES.index(stance), source=SOURCE
    )
