"""Tools that people install for the same job, as engines: SnowNLP, cnsenti, VADER, TextBlob.

Each is used as its own page says. Their numbers are no probabilities of our labels: `scores` keep
the order only, so that a source without neutral can be asked for its own labels.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from typing import Final

import jieba
from cnsenti import Emotion, Sentiment
from snownlp import SnowNLP
from textblob import TextBlob
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from services.analysis.engines.base import (
    Item,
    Verdict,
    blank_verdict,
    check_call,
    one_after_another,
)
from shared.contracts.labels import LABELS, Task

_Judge = Callable[[str], Verdict]

# VADER's page: positive from a compound of 0.05 on, negative from -0.05 on.
_VADER_EDGE: Final = 0.05
# cnsenti counts words of the DUTIR list, in its seven kinds (好 praise and 乐 joy are both joy).
_DUTIR: Final = {
    "好": "joy",
    "乐": "joy",
    "哀": "sadness",
    "怒": "anger",
    "惧": "fear",
    "恶": "disgust",
    "惊": "surprise",
}


class PublishedTool:
    """One tool as an engine, for texts of one language."""

    device = "cpu"

    def __init__(self, package: str, language: str, judges: Mapping[Task, _Judge]) -> None:
        self.name = package
        self.revision = version(package)
        self.language = language
        self.tasks = frozenset(judges)
        self._judges = judges

    def classify(self, task: Task, items: Sequence[Item]) -> list[Verdict]:
        """Judge the items one by one.

        Raises:
            WrongTask: the tool does not do the task.
        """
        check_call(self, task, items)
        judge = self._judges[task]
        return [judge(item.text) if item.text.strip() else blank_verdict(task) for item in items]

    def classify_together(
        self, tasks: Sequence[Task], items: Sequence[Item]
    ) -> list[list[Verdict]]:
        """Judge the items for several tasks."""
        return one_after_another(self, tasks, items)


def published_tools() -> list[PublishedTool]:
    """The tools, ready to run."""
    jieba.setLogLevel(logging.WARNING)
    counter, feelings = Sentiment(), Emotion()
    vader = SentimentIntensityAnalyzer()

    def snownlp(text: str) -> Verdict:
        # Trained on reviews, good or bad: it knows no neutral.
        return _polarity(2 * SnowNLP(text).sentiments - 1, edge=0)

    def cnsenti(text: str) -> Verdict:
        found = counter.sentiment_calculate(text)
        total = found["pos"] + found["neg"]
        return _polarity((found["pos"] - found["neg"]) / total if total else None, edge=0)

    def cnsenti_emotion(text: str) -> Verdict:
        return _emotion(feelings.emotion_count(text))

    def by_vader(text: str) -> Verdict:
        return _polarity(vader.polarity_scores(text)["compound"], edge=_VADER_EDGE)

    def by_textblob(text: str) -> Verdict:
        polarity = TextBlob(text).sentiment.polarity
        return _polarity(polarity or None, edge=0)

    return [
        PublishedTool("snownlp", "zh", {Task.SENTIMENT: snownlp}),
        PublishedTool("cnsenti", "zh", {Task.SENTIMENT: cnsenti, Task.EMOTION: cnsenti_emotion}),
        PublishedTool("vaderSentiment", "en", {Task.SENTIMENT: by_vader}),
        PublishedTool("textblob", "en", {Task.SENTIMENT: by_textblob}),
    ]


def _polarity(value: float | None, *, edge: float) -> Verdict:
    """From -1 (bad) to 1 (good), neutral inside the edge; none where no word was known."""
    strength = value or 0.0
    neutral = value is None or abs(strength) < edge
    share = (1 + strength) / 2
    held = 0.5 if neutral else 0.0
    scores = {
        "positive": (1 - held) * share,
        "neutral": held,
        "negative": (1 - held) * (1 - share),
    }
    label = "neutral" if neutral else "positive" if strength >= 0 else "negative"
    return Verdict(label, scores[label], scores, unsure=False)


def _emotion(counts: Mapping[str, int]) -> Verdict:
    """The emotion with most words; neutral where there is none."""
    found = {str(label): 0.0 for label in LABELS[Task.EMOTION]}
    for kind, label in _DUTIR.items():
        found[label] += counts[kind]
    total = sum(found.values())
    if not total:
        found["neutral"] = total = 1.0
    scores = {label: count / total for label, count in found.items()}
    label = max(scores, key=lambda each: scores[each])
    return Verdict(label, scores[label], scores, unsure=False)
