"""What needs somebody now, and figures that never stand alone."""

from datetime import UTC, datetime, timedelta

import pytest

from gateway.console.language import LOCALES
from gateway.console.moments import Teller, zone_of
from gateway.console.templates import run
from gateway.console.views.chart import heat_chart
from gateway.console.views.difference import Piece, differences
from gateway.console.views.mix import mix_of
from gateway.console.views.order import most_urgent
from gateway.console.views.pressing import most_pressing, waiting_for
from gateway.console.views.samples import marked
from gateway.console.views.sparkline import sparkline
from gateway.console.views.timeline import TELLINGS, told_timeline
from gateway.console.views.volume import last_hour, usual_point, wilson
from shared.contracts import EVENTS
from shared.contracts.actors import Permission
from shared.contracts.event import IncidentEvent, WarningEvent

NOW = datetime(2026, 11, 1, 13, 0, tzinfo=UTC)


def at(minutes: float) -> str:
    """A time so many minutes after now."""
    return (NOW + timedelta(minutes=minutes)).isoformat()


INCIDENT = {"id": "i", "title": "Outage", "level": "orange", "state": "active"}
WARNING = {"id": "w", "title": "Rumour", "level": "red", "state": "active", "raised_at": at(-5)}


def command(minutes: float, state: str = "issued", **more: object) -> dict[str, object]:
    """A command that is due in so many minutes."""
    return {"incident_id": "i", "state": state, "due_at": at(minutes), "text": "t"} | more


class TestMostPressing:
    def test_the_command_that_is_due_first(self):
        found = most_pressing([INCIDENT], [command(40), command(20), command(5, "done")], [WARNING])
        assert (found.kind, found.due_at, found.title) == ("command", at(20), "Outage")

    def test_an_overdue_command_before_all(self):
        found = most_pressing([INCIDENT], [command(20), command(-3, "overdue")], [])
        assert found.due_at == at(-3)

    def test_without_commands_the_newest_loud_warning_that_nobody_took(self):
        older = WARNING | {"id": "old", "raised_at": at(-50)}
        taken = WARNING | {"id": "taken", "state": "acknowledged", "raised_at": at(-1)}
        quiet = WARNING | {"id": "quiet", "level": "yellow", "raised_at": at(-1)}
        found = most_pressing([INCIDENT], [], [older, WARNING, taken, quiet])
        assert found.href == "/warnings/w"

    def test_else_the_incident_that_nobody_decided_on(self):
        undecided = INCIDENT | {"id": "n", "state": "open", "opened_at": at(-9)}
        assert most_pressing([INCIDENT, undecided], [], []).href == "/incidents/n"

    def test_else_nothing(self):
        assert most_pressing([INCIDENT], [command(5, "done")], []) is None


def test_what_waits_for_me_is_what_i_may_do(person):
    statements = [
        {"state": "approval", "steps": [{"step": "approval", "state": "waiting"}]},
        {"state": "legal_review", "steps": [{"step": "legal_review", "state": "waiting"}]},
        {"state": "published"},
    ]
    commands = [command(5, group="g1"), command(5, group="g2"), command(5, "done", group="g1")]
    leader = person(Permission.APPROVE_STATEMENTS, groups=["g1"])
    waiting = waiting_for(leader, statements, commands, [WARNING])
    assert (len(waiting.statements), len(waiting.commands), len(waiting.warnings)) == (1, 1, 0)


def points(*hours: tuple[int, int]) -> list[dict[str, object]]:
    """Four points an hour, oldest first: posts and negative ones in each."""
    found = []
    for index, (posts, negative) in enumerate(hours):
        for quarter in range(4):
            minutes = -60 * (len(hours) - index) + 15 * quarter + 1
            found.append(
                {
                    "at": at(minutes),
                    "posts": posts,
                    "negative": negative,
                    "neutral": posts - negative,
                    "positive": 0,
                }
            )
    return found


class TestLastHour:
    def test_it_is_compared_with_the_hours_before(self):
        hour = last_hour(points((10, 1), (20, 2), (10, 1), (10, 1), (60, 30)), NOW)
        assert hour.posts == 240
        assert hour.usual.middle == 40
        assert hour.ratio == 6
        assert hour.negative.value == 0.5
        assert hour.change == pytest.approx(0.4)

    def test_an_hour_that_had_only_begun_when_posts_came_is_not_counted_as_usual(self):
        hour = last_hour(points((0, 0), (0, 0), (9, 0), (9, 0), (9, 0), (9, 0), (9, 0)), NOW)
        assert hour.usual.middle == 36

    def test_too_little_is_not_compared(self):
        hour = last_hour(points((10, 1), (10, 1)), NOW)
        assert hour.usual is None
        assert hour.ratio is None
        assert last_hour([], NOW).posts == 0
        assert last_hour(points((1, 1)), NOW).negative is None

    def test_the_interval_is_the_score_interval(self):
        # Newcombe 1998, table 1: 15 of 148.
        share = wilson(15, 148)
        assert (round(share.low, 4), round(share.high, 4)) == (0.0624, 0.1605)

    def test_the_band_of_single_points_needs_three_earlier_hours(self):
        assert usual_point(points((10, 0), (10, 0), (99, 0))) is None
        assert usual_point(points((10, 0), (10, 0), (10, 0), (99, 0))) == (10, 10)


class TestChart:
    def test_a_warning_is_marked_where_it_was_raised_the_highest_for_all(self):
        warnings = [
            {"raised_at": at(-40), "level": "yellow", "title": "y"},
            {"raised_at": at(-39), "level": "orange", "title": "o"},
            {"raised_at": at(-600), "level": "red", "title": "before"},
        ]
        chart = heat_chart(points((3, 0), (5, 1)), warnings)
        assert [(mark["index"], mark["title"]) for mark in chart.marks] == [(5, "o")]

    def test_it_begins_with_the_first_post_and_tells_its_height(self):
        chart = heat_chart(points((0, 0), (5, 1)))
        assert len(chart.data["posts"]) == 4
        assert (chart.highest, chart.latest) == (5, 5)

    def test_nothing_is_no_chart(self):
        assert heat_chart([]) is None
        assert heat_chart(points((0, 0))) is None

    def test_copies_count_like_posts(self):
        chart = heat_chart([{"at": at(-20), "posts": 3, "copies": 4, "negative": 6}])
        assert chart.data["posts"] == [7]

    def test_a_mark_stands_on_the_clock_of_the_posts(self):
        warnings = [{"warned_at": at(-110), "raised_at": at(-1), "level": "red"}]
        assert heat_chart(points((3, 0), (5, 1)), warnings).marks[0]["index"] == 0


class TestTimeline:
    def test_every_event_of_an_incident_is_told_in_words(self):
        kinds = {
            name
            for name, event in EVENTS.items()
            if issubclass(event, IncidentEvent | WarningEvent)
        }
        assert kinds <= set(TELLINGS)

    def test_every_sentence_has_the_words_that_stand_in_it(self):
        for kind, telling in TELLINGS.items():
            name, _, part = kind.partition(" ")
            entry = told_timeline([{"kind": name, "facts": {"fate": part, "review": part}}])[0]
            assert entry.sentence == telling.sentence
            assert entry.sentence % entry.words

    def test_what_is_due_comes_last_by_its_time(self):
        entries = told_timeline(
            [{"kind": "TimelineNoted", "happened_at": at(-5), "facts": {"text": "called"}}],
            [command(30, group="g2"), command(10, group="g1"), command(1, completed_at=at(0))],
            {"g1": "Leading group"},
        )
        assert [entry.due for entry in entries] == [False, True, True]
        assert entries[1].words["group"] == "Leading group"
        assert entries[2].words["group"] == "g2"

    def test_an_event_of_a_newer_version_is_named_by_its_code(self):
        (entry,) = told_timeline([{"kind": "MeetingHeld", "facts": {}}])
        assert entry.sentence == "MeetingHeld"


class TestDifference:
    def test_what_went_stands_before_what_came(self):
        assert differences("我们深表歉意。传言纯属造谣。", "我们深表歉意。视频是三年前的。") == [
            Piece("kept", "我们深表歉意。"),
            Piece("removed", "传言纯属造谣"),
            Piece("added", "视频是三年前的"),
            Piece("kept", "。"),
        ]

    def test_pieces_make_up_both_texts(self):
        before, after = "a b c 变电站爆炸 d", "a x c 变电站没有爆炸 e"
        pieces = differences(before, after)
        assert "".join(piece.text for piece in pieces if piece.kind != "added") == before
        assert "".join(piece.text for piece in pieces if piece.kind != "removed") == after

    def test_chance_letters_between_two_changes_are_no_island(self):
        pieces = differences("相关传言纯属造谣的话", "网上流传的视频是旧的话")
        assert [piece.kind for piece in pieces] == ["removed", "added", "kept"]


def test_small_pictures():
    assert sparkline([1]) is None
    assert sparkline([0, 0]).line == "M0.0,26.0 L88.0,26.0"
    assert mix_of({"positive": 0}) is None
    assert mix_of(None) is None
    assert mix_of({"negative": 3, "neutral": 1}).pieces == [
        ("positive", 0.0, 0.0),
        ("neutral", 0.0, 25.0),
        ("negative", 25.0, 75.0),
    ]


def test_stories_come_by_level_then_by_heat():
    stories = [{"id": 1, "heat": 9}, {"id": 2, "level": "blue", "heat": 1}, {"id": 3, "heat": 10}]
    assert [story["id"] for story in most_urgent(stories)] == [2, 3, 1]


def test_what_only_sample_watches_found_is_marked():
    watches = [{"id": "s", "sample": True}, {"id": "r", "sample": False}]
    things = [{"watch_id": "s"}, {"watch_id": "r"}, {"watch_ids": ["s", "r"]}, {"watch_ids": ["s"]}]
    assert [thing["sample"] for thing in marked(things, watches)] == [True, False, False, True]


class TestMoments:
    teller = Teller(LOCALES["zh-CN"], zone_of({"groundswell_zone": "Asia/Shanghai"}), NOW)

    def test_times_as_people_say_them(self):
        assert self.teller.ago(at(-5)) == "5分钟前"
        assert self.teller.ago(at(-0.3)) == "1分钟前"
        assert self.teller.hour(at(0)) == "21:00"
        assert self.teller.hour(at(-60 * 24 * 3)) == "10-29 21:00"
        assert self.teller.exact(at(0)) == "2026-11-01 21:00:00 GMT+08:00"
        assert self.teller.left(at(23.1666)) == "00:23:09"

    @pytest.mark.parametrize("nothing", [None, "", "soon", 5])
    def test_no_time_is_no_words(self, nothing):
        assert self.teller.ago(nothing) == ""
        assert self.teller.left(nothing) == ""
        assert self.teller.past(nothing) is False

    @pytest.mark.parametrize("zone", ["", "Nowhere/City", "../../etc/passwd", "\x00"])
    def test_an_unknown_zone_is_the_server_s(self, zone):
        assert zone_of({"groundswell_zone": zone}) is not None

    def test_how_much_of_a_term_has_run(self):
        assert run(at(-30), at(30), NOW) == 500
        assert run(at(-30), at(-10), NOW) == 1000
        assert run(None, at(10), NOW) == 1000
