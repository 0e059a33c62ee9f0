"""Stance toward a target from word lists: what is said in the sentences that speak of it.

A careful reading, and no more: a text that does not mention the target is "none", unsure. A claim
as target (公司应当道歉) has a direction of its own; who speaks ill of a bad thing is for the claim
that says so.
"""

import re
from math import exp, log1p
from typing import Final

from services.analysis.engines.base import Verdict
from services.analysis.engines.lexicon_reading import Evidence, Node, find_words, weigh
from shared.contracts.labels import Stance

_SENTENCE: Final = re.compile(r"[^。！？!?；;\n…]+[。！？!?；;\n…]*")
_LATIN_WORD: Final = re.compile(r"[a-z0-9]{3,}")
_PIECE: Final = re.compile(r"[\u4e00-\u9fff]{2,}")
# What a target shares with any sentence at all.
_STOP_WORDS: Final = frozenset({"the", "and", "for", "with", "from", "that", "this", "should"})

# A target counts as mentioned in a sentence from this share of its pairs of characters on.
_MENTION: Final = 0.34
_CLAIM_LENGTH: Final = 8
_NEXT_TO: Final = 0.5
_ELSEWHERE: Final = 0.2
_SIDE: Final = 1.0
_TONE: Final = 0.6
_STEEPNESS: Final = 1.0
_NONE: Final = 0.6
_UNSURE: Final = 0.5

_FAVOR_LABEL, _AGAINST_LABEL, _NONE_LABEL = (str(label.value) for label in Stance)
# Where nothing is known, "none" leads, and not by much.
_UNMENTIONED: Final = {_FAVOR_LABEL: 0.3, _AGAINST_LABEL: 0.3, _NONE_LABEL: 0.4}


def judge_stance(root: Node, text: str, target: str) -> Verdict:
    """Judge the stance of a folded, lower-case text toward a target in the same form."""
    sentences = _SENTENCE.findall(text)
    keys = _keys(target)
    shares = [_mentioned(sentence, target, keys) for sentence in sentences]
    if not any(share >= _MENTION for share in shares):
        return Verdict(_NONE_LABEL, _UNMENTIONED[_NONE_LABEL], dict(_UNMENTIONED), True)
    lean = sum(
        weight * _lean(_read(root, sentence))
        for sentence, weight in zip(sentences, _weights(shares), strict=True)
    )
    if _is_claim(target) and _lean(_read(root, target)) < 0:
        lean = -lean
    return _verdict(lean)


def _read(root: Node, text: str) -> Evidence:
    return weigh(find_words(root, text), latin=text.isascii())


def _lean(evidence: Evidence) -> float:
    return _SIDE * evidence.favor + _TONE * (evidence.positive - evidence.negative)


def _is_claim(target: str) -> bool:
    return len(target) >= _CLAIM_LENGTH and not target.isascii()


def _keys(target: str) -> frozenset[str]:
    """What to look for: pairs of Chinese characters, and Latin words."""
    pairs = (
        piece[start : start + 2]
        for piece in _PIECE.findall(target)
        for start in range(len(piece) - 1)
    )
    words = (word for word in _LATIN_WORD.findall(target) if word not in _STOP_WORDS)
    return frozenset(pairs) | frozenset(words)


def _mentioned(sentence: str, target: str, keys: frozenset[str]) -> float:
    """Give the share of the target that the sentence names, 0..1."""
    if target in sentence:
        return 1.0
    return sum(key in sentence for key in keys) / len(keys) if keys else 0.0


def _weights(shares: list[float]) -> list[float]:
    """Weigh each sentence by how near it stands to a mention."""
    near = [share >= _MENTION for share in shares]
    return [
        1.0 if here else _NEXT_TO if any(near[max(0, at - 1) : at + 2]) else _ELSEWHERE
        for at, here in enumerate(near)
    ]


def _verdict(lean: float) -> Verdict:
    strength = exp(_STEEPNESS * log1p(abs(lean)))
    favor, against = (strength, 1 / strength) if lean > 0 else (1 / strength, strength)
    none = exp(_NONE)
    total = favor + against + none
    scores = {
        _FAVOR_LABEL: favor / total,
        _AGAINST_LABEL: against / total,
        _NONE_LABEL: none / total,
    }
    label = max(scores, key=lambda name: scores[name])
    return Verdict(label, scores[label], scores, scores[label] < _UNSURE)
