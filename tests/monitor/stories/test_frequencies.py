"""Rare features weigh more, and what is common is learned and forgotten."""

import json

from services.monitor.stories.frequencies import Frequencies


def test_what_is_in_every_post_weighs_less_than_what_is_rare() -> None:
    frequencies = Frequencies()
    for number in range(500):
        frequencies.learn(["brand", f"word{number}"])
    brand, rare, unseen = frequencies.weights(["brand", "word7", "new"])
    assert 0 < brand < rare / 10
    assert rare < unseen


def test_before_anything_is_learned_all_weigh_the_same() -> None:
    first, second = Frequencies().weights(["a", "b"])
    assert first == second > 0


def test_counts_fade_and_memory_stays_bounded() -> None:
    frequencies = Frequencies(posts=49_998, counts={"old": 40_000})
    frequencies.learn(["new", "rare"])
    frequencies.learn(["new"])
    assert frequencies.to_state() == {"posts": 25_000, "counts": {"old": 20_000, "new": 1}}


def test_the_state_survives_json_and_keeps_the_common_features() -> None:
    frequencies = Frequencies(posts=100, counts={"a": 50, "b": 20, "c": 1})
    state = json.loads(json.dumps(frequencies.to_state(limit=2)))
    assert state == {"posts": 100, "counts": {"a": 50, "b": 20}}
    assert Frequencies.from_state(state).weights(["a", "b"]) == frequencies.weights(["a", "b"])
