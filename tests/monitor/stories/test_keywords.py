"""A story is told in a few words that people would use."""

from services.monitor.stories.keywords import keywords_of


def test_pairs_of_characters_grow_to_words() -> None:
    profile = {"变电": 30.0, "电站": 29.0, "抢修": 12.0, "outage": 9.0}
    assert keywords_of(profile) == ["变电站", "抢修", "outage"]


def test_pairs_of_different_frequency_stay_apart() -> None:
    assert keywords_of({"停电": 40.0, "电梯": 6.0}) == ["停电", "电梯"]


def test_what_the_title_says_is_not_said_again() -> None:
    assert keywords_of({"停电": 40.0, "抢修": 12.0}, besides="#云州停电#") == ["抢修"]


def test_at_most_so_many_of_the_most_frequent() -> None:
    profile = {word: float(count) for count, word in enumerate(("a1", "b1", "c1", "d1"))}
    assert keywords_of(profile, most=2) == ["d1", "c1"]


def test_a_story_without_words_has_none() -> None:
    assert keywords_of({}) == []
