"""Story grouping against labelled stories, beside online TF-IDF: figures and posts a second.

English: titles of news, labelled by a news aggregator. Chinese: Weibo posts with their comments and
reposts, 60 events in one stream; once all by their words alone, once with the links to what they
repeat for a part of them, as collectors deliver them.
"""

import gzip
import itertools
import json
import math
import random
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from services.monitor.posts.fingerprint import text_hash
from services.monitor.stories.alike import Verdict, comparable, likeness, verdict
from services.monitor.stories.features import PAIR, features_of
from services.monitor.stories.grouping import Grouping, GroupingPost
from services.monitor.stories.story import Story
from shared.folding import fold
from tests.bench.report import measure, say

_DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
_TITLES = _DATA / "stories" / "docs.jsonl.gz"
_COMMENTS = _DATA / "cascades" / "comments_sample.jsonl.gz"
_TRUTH = _DATA / "cascades" / "truth.jsonl.gz"
# Stories are split whole into halves; the figures on random halves show what depends on the choice.
_SPLITS = 4
# Fewer features than this say nothing about the matter (`grouping.py`).
_FEWEST_FEATURES = 2
_LOOK_EVERY = 600.0
# Per cent of the comments and reposts that name what they answer, as collectors deliver them.
_SHARES = (20, 50, 100)


@dataclass(frozen=True, slots=True)
class Document:
    """A post with the story that it belongs to by its label."""

    story: str
    post: GroupingPost


Clusters = dict[str, str]
Method = Callable[[Sequence[Document]], Clusters]


def measure_stories() -> None:
    """Figures of our grouping and of the baseline, on what is there of the data."""
    if _TITLES.exists():
        titles = list(_titles())
        say(f"Grouping {len(titles)} news titles")
        _compare("news titles", titles, halves=True)
    if _COMMENTS.exists():
        texts = list(_comments())
        say(f"Grouping {len(texts)} Chinese posts of 60 events")
        _tell_share(texts)
        _compare("Chinese posts without links", texts)
        for share in _SHARES:
            linked = [_linked(each, share) for each in texts]
            _compare(f"Chinese posts, {share} % linked", linked)
            answers = [each for each in linked if each.post.id != each.story]
            _compare(f"answers to posts that nobody collected, {share} % linked", answers)


def grouped(documents: Sequence[Document]) -> Clusters:
    """Our grouping, as `groundswell stories` does it."""
    grouping = _grouping()
    return {each.post.id: grouping.place(each.post).story_id for each in documents}


def grouped_and_merged(documents: Sequence[Document]) -> Clusters:
    """Our grouping as the live system does it: stories that became alike are merged afterwards."""
    placed, went = merging(documents)
    return {post: _now(story, went) for post, story in placed.items()}


def merging(documents: Sequence[Document]) -> tuple[Clusters, dict[str, str]]:
    """Where each post was placed, and which story went into which other one afterwards."""
    grouping, clusters, went = _grouping(), Clusters(), dict[str, str]()
    since: dict[tuple[str, str], float] = {}
    due = documents[0].post.at
    for each in documents:
        clusters[each.post.id] = grouping.place(each.post).story_id
        if each.post.at >= due:
            due = each.post.at + _LOOK_EVERY
            since = _look(grouping, since, went, each.post.at, set(clusters.values()))
    return clusters, went


def tf_idf(documents: Sequence[Document], *, threshold: float = 0.05) -> Clusters:
    """The baseline: single pass, TF-IDF of words or character pairs, cosine with the mean of a
    story, three days of memory; a post with a link follows it. The threshold is the best of 0.03,
    0.05, 0.07, 0.1 and 0.15 on the news titles."""
    seen, frequencies = 0, Counter[str]()
    means: dict[str, Counter[str]] = {}
    last: dict[str, float] = {}
    clusters = Clusters()
    for each in documents:
        if parent := clusters.get(each.post.parent_id or ""):
            clusters[each.post.id] = parent
            continue
        features = {name for name in features_of(each.post.folded) if PAIR not in name}
        weights = {name: math.log((seen + 1) / (frequencies[name] + 0.5)) for name in features}
        weights = {name: weight for name, weight in weights.items() if weight > 0}
        norm = math.hypot(*weights.values())
        best, most = "", threshold
        for story, mean in means.items():
            if not norm or each.post.at - last[story] > 3 * 86_400 or not (mean.keys() & weights):
                continue
            dot = sum(weight * mean[name] for name, weight in weights.items())
            cosine = dot / (norm * math.hypot(*mean.values()))
            if cosine >= most:
                best, most = story, cosine
        best = best or f"s{len(means)}"
        clusters[each.post.id] = best
        for name, weight in weights.items():
            means.setdefault(best, Counter())[name] += weight / norm  # type: ignore[assignment]
        means.setdefault(best, Counter())
        last[best] = each.post.at
        seen += 1
        frequencies.update(features)
    return clusters


def bcubed(documents: Sequence[Document], clusters: Clusters) -> tuple[float, float, float]:
    """BCubed precision, recall and F1 (Bagga and Baldwin 1998)."""
    pairs = Counter((each.story, clusters[each.post.id]) for each in documents)
    true, found = Counter[str](), Counter[str]()
    for (story, cluster), count in pairs.items():
        true[story] += count
        found[cluster] += count
    precision = sum(n * n / found[c] for (_, c), n in pairs.items()) / len(documents)
    recall = sum(n * n / true[s] for (s, _), n in pairs.items()) / len(documents)
    return precision, recall, 2 * precision * recall / (precision + recall)


def _compare(name: str, documents: Sequence[Document], *, halves: bool = False) -> None:
    methods: dict[str, Method] = {
        "ours": grouped,
        "ours, with what is merged later": grouped_and_merged,
        "online TF-IDF": tf_idf,
    }
    for called, method in methods.items():
        began = time.process_time()
        clusters = method(documents)
        took = time.process_time() - began
        precision, recall, f1 = bcubed(documents, clusters)
        measure(
            f"stories: {name}, {called}",
            f1,
            "BCubed F1",
            precision=precision,
            recall=recall,
            clusters=len(set(clusters.values())),
            posts=len(documents),
            **({"halves": _of_halves(documents, method)} if halves else {}),
        )
        if method is grouped:
            measure(f"stories: {name}, speed", len(documents) / took, "posts/CPU-s")
    _tell_merges(name, documents)


def _tell_merges(name: str, documents: Sequence[Document]) -> None:
    """How many of the stories that were merged by rule are of another matter than the one they went
    into, each by most of its posts."""
    placed, went = merging(documents)
    labels: dict[str, Counter[str]] = {}
    for each in documents:
        labels.setdefault(placed[each.post.id], Counter())[each.story] += 1
    matter = {story: of.most_common(1)[0][0] for story, of in labels.items()}
    false = sum(matter[gone] != matter[into] for gone, into in went.items())
    measure(f"stories: {name}, merged by rule", len(went), "merges", false=false)


def _of_halves(documents: Sequence[Document], method: Method) -> float:
    """The mean F1 over random halves of the stories."""
    names = sorted({each.story for each in documents})
    figures = []
    for seed in range(_SPLITS):
        chosen = set(random.Random(seed).sample(names, len(names) // 2))
        for half in (True, False):
            part = [each for each in documents if (each.story in chosen) is half]
            figures.append(bcubed(part, method(part))[2])
    return sum(figures) / len(figures)


def _tell_share(documents: Sequence[Document]) -> None:
    """How many posts say anything that words could place them by."""
    own = {each.story: set[str]() for each in documents}
    enough = shared = 0
    for each in documents:
        features = set(features_of(each.post.folded))
        enough += len(features) >= _FEWEST_FEATURES
        shared += bool(features & own[each.story])
        own[each.story] = own[each.story] or features
    measure("stories: Chinese posts with two features", enough / len(documents), "share")
    told = "stories: Chinese posts that share a feature with the first of their event"
    measure(told, shared / len(documents), "share")


def _grouping() -> Grouping:
    numbers = itertools.count(1)
    return Grouping(lambda: f"s{next(numbers)}")


def _look(
    grouping: Grouping,
    since: dict[tuple[str, str], float],
    went: dict[str, str],
    now: float,
    known: Iterable[str],
) -> dict[tuple[str, str], float]:
    """One look at the running stories, as `regrouping/looking.py` does it on the record."""
    held = [story for each in known if (story := grouping.get(each)) and comparable(story, now)]
    alike: dict[tuple[str, str], float] = {}
    for pair in {tuple(sorted((one.id, other.id))) for one, other in _neighbours(grouping, held)}:
        one, other = (grouping.get(story_id) for story_id in pair)
        if one is None or other is None or not comparable(other, now):
            continue
        first, second = pair
        began = since.get((first, second), now)
        found = likeness(one, other, grouping.frequencies)
        decided = verdict(found, now - began, separated=False)
        if decided is Verdict.MERGE:
            into, gone = (one, other) if one.posts >= other.posts else (other, one)
            grouping.merge(into.id, gone.id)
            went[gone.id] = into.id
        elif decided is Verdict.PROPOSE:
            alike[first, second] = began
    return alike


def _neighbours(grouping: Grouping, held: Sequence[Story]) -> Iterator[tuple[Story, Story]]:
    for story in held:
        for other in grouping.neighbours(story):
            yield story, other


def _now(story: str, went: dict[str, str]) -> str:
    while story in went:
        story = went[story]
    return story


def _titles() -> Iterator[Document]:
    for line in _lines(_TITLES):
        at = datetime.fromisoformat(line["time"]).timestamp()
        yield Document(line["story"], _post(line["id"], at, line["title"]))


def _comments() -> Iterator[Document]:
    """All posts of the sample on the common clock of the replay, in time order."""
    began = {line["id"]: float(line["replay_at"]) for line in _lines(_TRUTH)}
    found = []
    for event in _lines(_COMMENTS):
        name, at = event["id"], began[event["id"]]
        found.append(Document(name, _post(name, at, event["text"])))
        found += [
            Document(name, _post(f"{name}-{number}", at + seconds, text))
            for number, (seconds, _, text) in enumerate(event["comments"])
        ]
    return iter(sorted(found, key=lambda each: (each.post.at, each.post.id)))


def _linked(document: Document, share: int) -> Document:
    """The same post, with the link to the event's own post for `share` per cent."""
    post = document.post
    if post.id == document.story or zlib.crc32(post.id.encode()) % 100 >= share:
        return document
    return replace(document, post=replace(post, parent_id=document.story))


def _post(name: str, at: float, text: str) -> GroupingPost:
    folded = fold(text)
    return GroupingPost(name, at, text, folded, text_hash(folded))


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt") as file:
        yield from map(json.loads, file)
