"""From weighed words to probabilities.

Logits are `steepness * log1p(evidence)` against a constant for neutral: a second angry word adds
less than the first did. The constants were chosen on labelled development data, for accuracy and
calibration together; no word or weight was taken from that data.
"""

from math import exp, log1p
from typing import Final

from services.analysis.engines.base import Verdict
from services.analysis.engines.lexicon_reading import Evidence
from services.analysis.engines.lexicon_words import EMOTIONS
from shared.contracts.labels import Emotion, Sentiment

_SENTIMENT_STEEPNESS: Final = 1.9
_SENTIMENT_NEUTRAL: Final = 1.0
_EMOTION_STEEPNESS: Final = 2.1
_EMOTION_NEUTRAL: Final = 1.1
_EXCLAMATION: Final = 0.1
_SENTIMENT_UNSURE: Final = 0.5
_EMOTION_UNSURE: Final = 0.4

# Plain strings: the verdict is serialised millions of times.
_POSITIVE, _NEUTRAL, _NEGATIVE = (str(label.value) for label in Sentiment)
_CALM: Final = str(Emotion.NEUTRAL.value)
_FEELINGS: Final = tuple(str(emotion.value) for emotion in EMOTIONS)


def judge_sentiment(evidence: Evidence) -> Verdict:
    """Weigh good words against bad ones."""
    positive, negative, _, _, exclamations = evidence
    steepness = _SENTIMENT_STEEPNESS + (_EXCLAMATION if exclamations else 0.0)
    good = exp(steepness * log1p(positive))
    bad = exp(steepness * log1p(negative))
    calm = exp(_SENTIMENT_NEUTRAL)
    total = good + bad + calm
    scores = {_POSITIVE: good / total, _NEUTRAL: calm / total, _NEGATIVE: bad / total}
    best = max(good, bad, calm)
    label = _NEUTRAL if best == calm else _POSITIVE if best == good else _NEGATIVE
    confidence = best / total
    return Verdict(label, confidence, scores, confidence < _SENTIMENT_UNSURE)


def judge_emotion(evidence: Evidence) -> Verdict:
    """Find the emotion that leads."""
    steepness = _EMOTION_STEEPNESS + (_EXCLAMATION if evidence.exclamations else 0.0)
    weights = [exp(steepness * log1p(weight)) if weight else 1.0 for weight in evidence.emotions]
    calm = exp(_EMOTION_NEUTRAL)
    total = sum(weights) + calm
    scores = {name: weight / total for name, weight in zip(_FEELINGS, weights, strict=True)}
    scores[_CALM] = calm / total
    best = max(weights)
    label = _CALM if calm >= best else _FEELINGS[weights.index(best)]
    confidence = scores[label]
    return Verdict(label, confidence, scores, confidence < _EMOTION_UNSURE)
