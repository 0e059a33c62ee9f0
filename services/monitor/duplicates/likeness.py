"""When two texts are nearly the same, and when a small change makes another statement of one."""

import re
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from rapidfuzz.distance import LCSseq, Levenshtein

# On other people's posts, below either of them the differences are of a matter more often than of
# a copyist. A text that is cut to 90 %, or has five of a hundred characters changed, is above both.
_SHORTER_FOUND = 0.9
_LONGER_FOUND = 0.7
# … but so many letters may always come on top: "转发求扩散", "please share".
_ON_TOP = 12
# Articles are compared by their beginning: more would cost a millisecond for each of them.
COMPARED_CHARACTERS = 2_000

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


class Words(NamedTuple):
    """What a text says, made ready to be compared.

    `read`: its beginning; `letters`: that without punctuation and spaces; `own`: without what
    stands around it, too; `numbers` in it (the second "3" is "3/2"); `digits` of all of them.
    """

    read: str
    letters: str
    own: str
    numbers: frozenset[str]
    digits: str

    @classmethod
    def of(cls, said: str) -> "Words":
        """The words of `fingerprint.said`."""
        read = said[:COMPARED_CHARACTERS]
        letters, inner = _letters(read), essence(read)
        own = letters if inner is read else _letters(inner)
        found = _NUMBER.findall(own)
        numbers = frozenset(found)
        if len(numbers) < len(found):
            numbers = _each(found)
        return cls(read, letters, own, numbers, "".join(sorted("".join(found))))


def likeness(earlier: Words, later: Words) -> float:
    """Returns how alike two texts are where the later is a near copy of the earlier, else 0.

    It is the part of the shorter that is found in the longer, in its order: 1 for a text that was
    only cut or added to. No copy is a text that says a number, a negation or a denial differently.
    """
    if _other_numbers(earlier, later):
        return 0.0
    shorter, longer = earlier, later
    if len(later.own) < len(earlier.own):
        shorter, longer = later, earlier
    size = len(longer.own)
    enough = min(_LONGER_FOUND, (size - _ON_TOP) / size) if size else 0.0
    found = _found(shorter.own, longer.letters, _SHORTER_FOUND)
    other = found and _found(longer.own, shorter.letters, max(0.5, enough))
    if not other or _turned(earlier.own, later.own) or _turned_words(earlier, later):
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
        (_any(fewer, _NUMERALS) and _any(more, _NUMERALS))
        or _any(put_in - gone, _NEGATIONS)
        or _any(left_out - come, _NEGATIONS)
        or len(_DENIAL.findall(after)) > len(_DENIAL.findall(before))
    )


def _each(numbers: Iterable[str]) -> frozenset[str]:
    """Numbers that come more than once, each time under a name of its own."""
    times: Counter[str] = Counter()
    each = set()
    for number in numbers:
        times[number] += 1
        each.add(number if times[number] == 1 else f"{number}/{times[number]}")
    return frozenset(each)


def _other_numbers(earlier: Words, later: Words) -> bool:
    """Tells whether each has a number that the other has not; digits that changed places are the
    same number."""
    one, other = earlier.numbers, later.numbers
    return not (one <= other or other <= one) and earlier.digits != later.digits


def _turned_words(earlier: Words, later: Words) -> bool:
    # The last word may have been cut: "not" to "no".
    new = _TURNING_WORDS.intersection(_ALPHABETIC_WORD.findall(later.read)[:-1])
    return bool(new.difference(_ALPHABETIC_WORD.findall(earlier.read)))


def _any(counted: Iterable[str], of: frozenset[str]) -> bool:
    return any(character in of for character in counted)
