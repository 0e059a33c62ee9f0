"""Who is told of what: rules read as the organisation would say them."""

from datetime import UTC, datetime, time
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.monitor.recipients.quiet import Hours, QuietHours
from services.monitor.routing.plan import (
    About,
    Contact,
    Directory,
    Group,
    Person,
    Rule,
    Subject,
    Target,
    TargetKind,
    plan,
)
from shared.contracts.levels import WarningLevel

NIGHT = datetime(2026, 11, 4, 3, tzinfo=UTC)
QUIET = QuietHours(Hours(time(22), time(7), "UTC"), WarningLevel.ORANGE)
WATCH = uuid4()

HOUSE = Directory(
    channels=frozenset({"wecom", "mail", "sms"}),
    people={
        "chen": Person("chen", (Contact("mail"), Contact("sms", WarningLevel.ORANGE)), QUIET),
        "xu": Person("xu", (Contact("mail"),)),
        "lin": Person("lin", ()),
    },
    groups={"g2": Group(("chen", "xu", "lin"), ("chen",)), "g9": Group((), ())},
)


def rule(*tell: Target, **changes: object) -> Rule:
    values = {"slug": "rule", "name": "Rule", "about": About.WARNINGS, "level": WarningLevel.BLUE}
    return Rule(**(values | {"tell": tell} | changes))  # type: ignore[arg-type]


def warning(level: WarningLevel = WarningLevel.YELLOW) -> Subject:
    return Subject(About.WARNINGS, level, WATCH)


def told(rules: list[Rule], subject: Subject) -> list[tuple[str, str]]:
    return [(tell.channel, tell.recipient) for tell in plan(rules, subject, HOUSE, NIGHT).tells]


CHANNEL = Target(TargetKind.CHANNEL, "wecom")
CHEN = Target(TargetKind.PERSON, "chen")
GROUP = Target(TargetKind.GROUP, "g2")
ON_DUTY = Target(TargetKind.ON_DUTY, "g2")


def test_a_rule_holds_from_its_level_on() -> None:
    orange = rule(CHANNEL, level=WarningLevel.ORANGE)
    assert told([orange], warning(WarningLevel.YELLOW)) == []
    assert told([orange], warning(WarningLevel.RED)) == [("wecom", "")]


def test_a_rule_may_be_about_some_watches_or_hours() -> None:
    assert told([rule(CHANNEL, watches=frozenset({uuid4()}))], warning()) == []
    assert told([rule(CHANNEL, watches=frozenset({WATCH}))], warning()) == [("wecom", "")]
    office = Hours(time(8), time(18), "UTC")
    assert told([rule(CHANNEL, hours=office)], warning()) == []


def test_all_rules_that_fit_apply_and_nobody_is_told_twice() -> None:
    rules = [rule(CHANNEL, slug="one"), rule(CHANNEL, GROUP, slug="two")]
    found = plan(rules, warning(), HOUSE, NIGHT)
    assert [(tell.channel, tell.recipient) for tell in found.tells] == [
        ("wecom", ""),
        ("mail", "chen"),
        ("mail", "xu"),
    ]
    assert found.tells[0].rules == ["one", "two"]


def test_a_contact_may_be_meant_for_grave_levels_only() -> None:
    assert told([rule(CHEN)], warning(WarningLevel.YELLOW)) == [("mail", "chen")]
    assert told([rule(CHEN)], warning(WarningLevel.RED)) == [("mail", "chen"), ("sms", "chen")]


def test_quiet_hours_hold_back_what_does_not_break_through() -> None:
    (held,) = plan([rule(CHEN)], warning(), HOUSE, NIGHT).tells
    assert held.held_until == datetime(2026, 11, 4, 7, tzinfo=UTC)
    for tell in plan([rule(CHEN)], warning(WarningLevel.ORANGE), HOUSE, NIGHT).tells:
        assert tell.held_until is None


def test_who_is_on_duty_has_no_quiet_hours_whatever_other_rules_say() -> None:
    for rules in ([rule(CHEN), rule(ON_DUTY)], [rule(ON_DUTY), rule(CHEN)]):
        (tell,) = plan(rules, warning(), HOUSE, NIGHT).tells
        assert tell.held_until is None


def test_whom_nobody_can_tell_is_named() -> None:
    rules = [
        rule(
            GROUP,
            Target(TargetKind.CHANNEL, "gone"),
            Target(TargetKind.GROUP, "nobody"),
            Target(TargetKind.ON_DUTY, "g9"),
        )
    ]
    missing = {(each.name, each.why) for each in plan(rules, warning(), HOUSE, NIGHT).unreached}
    assert missing == {
        ("lin", "no_contact"),
        ("gone", "no_channel"),
        ("nobody", "no_group"),
        ("g9", "nobody_on_duty"),
    }


def test_what_is_wrong_with_the_system_is_for_rules_about_it() -> None:
    about_it = rule(CHANNEL, about=About.OPERATIONS)
    assert told([about_it], warning()) == []
    assert told([about_it, rule(CHEN)], Subject(About.OPERATIONS)) == [("wecom", "")]


def test_of_two_ladders_for_one_group_the_more_urgent_holds() -> None:
    rules = [
        rule(ladder_group="g2", ladder_seconds={WarningLevel.YELLOW: seconds})
        for seconds in (600, 300, 900)
    ]
    (ladder,) = plan(rules, warning(), HOUSE, NIGHT).ladders
    assert ladder.wait_seconds == 300
    assert plan(rules, warning(WarningLevel.BLUE), HOUSE, NIGHT).ladders == []


targets = st.builds(
    Target,
    st.sampled_from(TargetKind),
    st.sampled_from(["wecom", "mail", "chen", "xu", "lin", "g2", "g9", "gone"]),
)


@given(st.lists(st.lists(targets, max_size=4), max_size=4), st.sampled_from(WarningLevel))
def test_no_rule_silences_another(lists: list[list[Target]], level: WarningLevel) -> None:
    rules = [rule(*tell, slug=str(place)) for place, tell in enumerate(lists)]
    together = set(told(rules, warning(level)))
    assert together == {pair for each in rules for pair in told([each], warning(level))}
    assert len(together) == len(told(rules, warning(level)))


@pytest.mark.parametrize("level", WarningLevel)
def test_a_rule_without_watches_hears_of_all(level: WarningLevel) -> None:
    assert told([rule(CHANNEL)], Subject(About.WARNINGS, level, None)) == [("wecom", "")]
