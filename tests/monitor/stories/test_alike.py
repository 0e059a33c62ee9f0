"""When two stories are one matter."""

from services.monitor.stories.alike import Likeness, Verdict, likeness, verdict
from services.monitor.stories.frequencies import Frequencies
from services.monitor.stories.story import Story

HOUR = 3_600.0


def like(
    value: float,
    *,
    shared: int = 8,
    largest: float = 0.2,
    apart: float = 0.0,
    bridges: int = 0,
    part: float = 0.0,
) -> Likeness:
    return Likeness(value, ("停电",), shared, largest, apart, bridges, part)


def story(*words: str, at: float = 0.0) -> Story:
    return Story("s", at, at, posts=3, profile=dict.fromkeys(words, 3.0))


def test_the_same_words_are_alike_and_others_are_not() -> None:
    one = story("停电", "变电", "跳闸", at=HOUR)
    assert round(likeness(one, story("停电", "变电", "跳闸"), Frequencies()).value, 6) == 1.0
    assert likeness(one, story("电价", "听证"), Frequencies()).value == 0.0
    found = likeness(one, story("停电", "电梯"), Frequencies())
    assert 0 < found.value < 1
    assert (found.words, found.shared, found.apart) == (("停电",), 1, HOUR)


def test_only_what_stays_alike_for_long_enough_is_merged() -> None:
    assert verdict(like(0.3), 0.0, separated=False) is Verdict.PROPOSE
    assert verdict(like(0.3), 601.0, separated=False) is Verdict.MERGE


def test_weak_evidence_is_a_proposal_however_long_it_lasts() -> None:
    assert verdict(like(0.11), 9_999.0, separated=False) is Verdict.PROPOSE
    assert verdict(like(0.3, shared=4), 9_999.0, separated=False) is Verdict.PROPOSE
    assert verdict(like(0.05), 9_999.0, separated=False) is Verdict.APART


def test_one_common_word_or_another_time_is_no_matter() -> None:
    assert verdict(like(0.5, shared=3), 9_999.0, separated=False) is Verdict.APART
    assert verdict(like(0.5, largest=0.9), 9_999.0, separated=False) is Verdict.APART
    assert verdict(like(0.5, apart=20 * HOUR), 9_999.0, separated=False) is Verdict.APART


def test_what_people_took_apart_stays_apart() -> None:
    assert verdict(like(0.9), 9_999.0, separated=True) is Verdict.APART


def test_hashtags_of_both_in_many_posts_prove_it_without_words() -> None:
    some, many = like(0.0, bridges=3), like(0.0, bridges=5, part=0.3)
    assert verdict(some, 9_999.0, separated=False) is Verdict.PROPOSE
    assert verdict(many, 9_999.0, separated=False) is Verdict.MERGE
    assert verdict(like(0.0, bridges=50, part=0.01), 9_999.0, separated=False) is Verdict.PROPOSE
    assert verdict(many, 9_999.0, separated=True) is Verdict.APART
