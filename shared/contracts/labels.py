"""The words that opinions are told in. They never change meaning; a new task is a new enum."""

from enum import StrEnum
from typing import Final


class Task(StrEnum):
    """What is asked of a text."""

    SENTIMENT = "sentiment"
    EMOTION = "emotion"
    STANCE = "stance"


class Sentiment(StrEnum):
    """How a text feels on the whole (情感倾向)."""

    POSITIVE = "positive"
    NEUTRAL = "neutral"
    NEGATIVE = "negative"


class Emotion(StrEnum):
    """The emotion that leads in a text (情绪)."""

    JOY = "joy"
    ANGER = "anger"
    SADNESS = "sadness"
    FEAR = "fear"
    SURPRISE = "surprise"
    DISGUST = "disgust"
    NEUTRAL = "neutral"


class Stance(StrEnum):
    """How a text stands toward a named target (立场)."""

    FAVOR = "favor"
    AGAINST = "against"
    NONE = "none"


LABELS: Final[dict[Task, tuple[str, ...]]] = {
    Task.SENTIMENT: tuple(Sentiment),
    Task.EMOTION: tuple(Emotion),
    Task.STANCE: tuple(Stance),
}
