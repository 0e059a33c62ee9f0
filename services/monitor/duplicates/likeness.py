"""When two texts are nearly the same, and when a small change makes another statement of one."""

import re
from collections import Counter
from collections.abc import Iterable

from rapidfuzz.distance import LCSseq, Levenshtein

# On other people's posts, below either of them the differences are of a matter more often than of
# a copyist. A text that is cut to 90 %, or has five of a hundred characters changed, is above both.
_SHORTER_FOUND = 0.9
_LONGER_FOUND = 0.7
# Articles are compared by their beginning: more would cost a millisecond for each of them.
_COMPARED_CHARACTERS = 2_000

# What posts have in common without saying the same: topics (#…#), @names, emoticons as Weibo
# writes them ([怒]), and the place where a post was written (" @ Los Angeles, California").
_AROUND = re.compile(r"#[^#\s]{1,60}(?:#|$)|\[[^\s\[\]]{1,8}\]|@[\w·-]{1,30}|[\s(]@\s.{0,80}$")
_NOT_IN_WORDS = re.compile(r"[\W_]+")
_ALPHABETIC_WORD = re.compile(r"[a-z']+")
_NUMBER = re.compile(r"\d+")
_NUMERALS = frozenset("一二三四五六七八九十百千万亿两")
# A character of these that is put in or left out inside makes the opposite of a sentence …
_NEGATIONS = frozenset("不没未无非否勿")
# … and one of these, wherever it is put in, speaks about the sentence.
_DENIAL = re.compile(r"谣|(?<!真)假|不实|虚构")
_TURNING_WORDS = frozenset(
    _ALPHABETIC_WORD.findall(
        "not no never none nobody nothing cannot without isn't aren't wasn't weren't don't doesn't "
        "didn't won't can't fake false hoax untrue deny denies denied debunked"
    )
)


def essence(said: str) -> str:
    """Returns what a text (`fingerprint.own_words`) says, without what stands around it."""
    return _AROUND.sub(" ", said) if "#" in said or "@" in said or "[" in said else said


def likeness(earlier: str, later: str) -> float:
    """Returns how alike two texts (`fingerprint.own_words`) are where the later is a near copy of
    the earlier, else 0.

    It is the part of the shorter that is found in the longer, in its order: 1 for a text that was
    only cut or added to. No copy is a text that says a number, a negation or a denial differently.
    """
    earlier, later = earlier[:_COMPARED_CHARACTERS], later[:_COMPARED_CHARACTERS]
    before, after = _letters(earlier), _letters(later)
    own_before, own_after = _letters(essence(earlier)), _letters(essence(later))
    if len(own_before) <= len(own_after):
        found = _found(own_before, after, _SHORTER_FOUND)
        other = _found(own_after, before, _LONGER_FOUND)
    else:
        found = _found(own_after, before, _SHORTER_FOUND)
        other = _found(own_before, after, _LONGER_FOUND)
    if not (found and other) or _turned(own_before, own_after) or _turned_words(earlier, later):
        return 0.0
    return found


def _letters(text: str) -> str:
    return _NOT_IN_WORDS.sub("", text)


def _found(own: str, other: str, least: float) -> float:
    """The part of `own` that is found in `other`, 0 where it is less than `least`."""
    if not own or len(other) < least * len(own):
        return 0.0
    part = LCSseq.similarity(own, other, score_cutoff=int(least * len(own))) / len(own)
    return part if part >= least else 0.0


def _turned(before: str, after: str) -> bool:
    """Tells whether the change between the two is one of figures or of yes and no."""
    if before == after:
        return False
    gone: Counter[str] = Counter()
    come: Counter[str] = Counter()
    left_out: Counter[str] = Counter()
    put_in: Counter[str] = Counter()
    for step in Levenshtein.opcodes(before, after):
        if step.tag == "equal":
            continue
        lost, new = (
            before[step.src_start : step.src_end],
            after[step.dest_start : step.dest_end],
        )
        gone.update(lost)
        come.update(new)
        ends = step.src_end == len(before) and step.dest_end == len(after)
        if not ends and (step.src_start or step.dest_start):
            put_in.update(new)
            # What stands in the place of a character may be a slip; what is left out is not.
            left_out.update(lost if step.tag == "delete" else "")
    # A pair that changed places is gone and come.
    fewer, more = gone - come, come - gone
    return (
        _other_numbers(before, after)
        or (_any(fewer, _NUMERALS) and _any(more, _NUMERALS))
        or _any(put_in - gone, _NEGATIONS)
        or _any(left_out - come, _NEGATIONS)
        or len(_DENIAL.findall(after)) > len(_DENIAL.findall(before))
    )


def _other_numbers(before: str, after: str) -> bool:
    """Tells whether each has a number that the other has not; digits that changed places are the
    same number."""
    earlier, later = _NUMBER.findall(before), _NUMBER.findall(after)
    if Counter("".join(earlier)) == Counter("".join(later)):
        return False
    fewer, more = Counter(earlier) - Counter(later), Counter(later) - Counter(earlier)
    return bool(fewer and more)


def _turned_words(earlier: str, later: str) -> bool:
    # The last word may have been cut: "not" to "no".
    new = set(_ALPHABETIC_WORD.findall(later)[:-1]) - set(_ALPHABETIC_WORD.findall(earlier))
    return bool(new & _TURNING_WORDS)


def _any(counted: Iterable[str], of: frozenset[str]) -> bool:
    return any(character in of for character in counted)
