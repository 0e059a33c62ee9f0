"""Playing a recording: batches, keys, counts, and going on where a run stopped."""

from datetime import datetime
from typing import Any

import pytest

from shared.cli.playback import Tally, batches, play
from shared.cli.recordings import Recording, TimedPost
from shared.cli.schedule import plan


def recording(*times: float, text: str = "停电") -> Recording:
    posts = [
        TimedPost(at, {"external_id": str(number), "platform": "forum", "text": text})
        for number, at in enumerate(times)
    ]
    return Recording("event", False, min(times), max(times), len(posts), lambda: iter(posts))


def run(twin: Any, clock: Any, what: Recording, *, size: int = 100, **how: Any) -> Tally:
    schedule = plan(what, **({"speed": None, "started": clock.time()} | how))
    return play(what, schedule, twin, size=size, clock=clock, played=lambda count: None)


def test_no_request_is_larger_than_asked(twin: Any, hand_clock: Any) -> None:
    run(twin, hand_clock, recording(*[0.0] * 250), size=100)
    assert twin.sizes == [100, 100, 50]


def test_posts_due_within_half_a_second_travel_together(hand_clock: Any) -> None:
    schedule = plan(recording(0, 100), speed=1, started=hand_clock.time())
    posts = [TimedPost(at, {}) for at in (0, 0.2, 0.6, 0.4, 1.0, 1.2)]
    cut = [[post.at for post in batch] for batch in batches(posts, schedule, 100)]
    assert cut == [[0, 0.2], [0.6, 0.4, 1.0], [1.2]]


def test_every_post_is_sent_once_and_carries_its_time(twin: Any, hand_clock: Any) -> None:
    began = hand_clock.time()
    tally = run(twin, hand_clock, recording(0, 3600, 7200))
    assert tally.outcomes == {"accepted": 3}
    assert hand_clock.time() == began + 40
    moments = [
        datetime.fromisoformat(post["published_at"]).timestamp() for post in twin.posts.values()
    ]
    assert moments == [began + 40 - 7200, began + 40 - 3600, began + 40]
    assert all("seconds" not in post for post in twin.posts.values())


def test_keys_follow_from_the_run_and_the_place(twin: Any, hand_clock: Any) -> None:
    event = recording(0, 1, 2)
    run(twin, hand_clock, event, speed=0, size=1, started=5.0)
    run(twin, hand_clock, event, speed=0, size=1, started=5.0)
    run(twin, hand_clock, event, speed=0, size=1, started=6.0)
    assert twin.keys[:3] == twin.keys[3:6]
    assert len(set(twin.keys)) == 6


def test_what_the_server_has_is_not_waited_for(twin: Any, hand_clock: Any) -> None:
    event = recording(*range(0, 7201, 60))
    run(twin, hand_clock, event)
    began = hand_clock.time()
    tally = run(twin, hand_clock, event)
    assert tally.all_known
    assert hand_clock.time() - began < 0.5


def test_an_interrupted_run_goes_on_where_it_stopped(twin: Any, hand_clock: Any) -> None:
    event = recording(*range(0, 7201, 60))
    run(twin, hand_clock, event)
    for number in range(61, 121):
        del twin.posts[str(number)]
    began = hand_clock.time()
    tally = run(twin, hand_clock, event)
    assert tally.outcomes == {"duplicate": 61, "accepted": 60}
    assert hand_clock.time() - began == pytest.approx(20, abs=1)
    last = datetime.fromisoformat(twin.posts["120"]["published_at"]).timestamp()
    first = datetime.fromisoformat(twin.posts["61"]["published_at"]).timestamp()
    assert last - first == 59 * 60
    assert last == pytest.approx(hand_clock.time(), abs=0.01)


def test_refusals_are_counted_and_their_reasons_kept(twin: Any, hand_clock: Any) -> None:
    tally = run(twin, hand_clock, recording(*[0.0] * 50, text=""), speed=0)
    assert tally.outcomes == {"rejected": 50}
    assert tally.refused[0] == ("0", "the text is empty")
    assert len(tally.refused) == 20
    assert tally.document()["rejected"] == 50
