"""What a story is about, in a few words for people. Pure."""

from collections.abc import Mapping

from services.monitor.stories.features import PAIR

_LOOKED_AT = 24
_LONGEST = 8
# Two pairs of characters belong to one word when they occur almost equally often.
_ALIKE = 0.7
_IDEOGRAPHS = "\u2000"


def keywords_of(profile: Mapping[str, float], *, besides: str = "", most: int = 5) -> list[str]:
    """The features of a story that occur in most of its posts, at most `most`.

    Chinese features are pairs of characters: 变电 and 电站 are put together to 变电站. What stands
    in `besides` (the folded title) is not said again.
    """
    counted = sorted([(-count, each) for each, count in profile.items() if PAIR not in each])
    ranked = [feature for _, feature in counted[:_LOOKED_AT]]
    words: list[str] = []
    used: set[str] = set()
    for feature in ranked:
        if feature in used:
            continue
        used.add(feature)
        word = _grown(feature, profile, ranked, used) if feature[0] >= _IDEOGRAPHS else feature
        if word not in besides and not any(word in other for other in words):
            words.append(word)
        if len(words) == most:
            break
    return words


def _grown(word: str, profile: Mapping[str, float], ranked: list[str], used: set[str]) -> str:
    """The word that a pair of characters is part of, as far as the other pairs tell."""
    count = profile[word]
    grew = True
    while grew and len(word) < _LONGEST:
        grew = False
        for pair in ranked:
            if pair in used or not _ALIKE * count <= profile[pair] <= count / _ALIKE:
                continue
            if pair[0] == word[-1]:
                word, grew = word + pair[1], True
            elif pair[-1] == word[0]:
                word, grew = pair[0] + word, True
            if grew:
                used.add(pair)
                break
    return word
