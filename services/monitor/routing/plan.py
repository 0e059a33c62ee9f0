"""Who is told of what, by rules (通知规则). Pure.

All rules that fit apply: no rule can silence another by standing before it. Whoever several rules
name is told once.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.monitor.recipients.quiet import Hours, QuietHours
from shared.contracts.levels import WarningLevel

# Minutes until the next in order is asked, where a rule does not say.
MINUTES = {
    WarningLevel.BLUE: 60,
    WarningLevel.YELLOW: 15,
    WarningLevel.ORANGE: 10,
    WarningLevel.RED: 5,
}


class About(StrEnum):
    """What a rule is about: warnings, or the running of the system (a source fell silent)."""

    WARNINGS = "warnings"
    OPERATIONS = "operations"


class TargetKind(StrEnum):
    """Whom a rule names: a channel as a whole, a person, everybody of a group, or who of it is on
    duty."""

    CHANNEL = "channel"
    PERSON = "person"
    GROUP = "group"
    ON_DUTY = "on_duty"


@dataclass(frozen=True, slots=True)
class Target:
    """A channel, person or group by its name."""

    kind: TargetKind
    name: str


@dataclass(frozen=True, slots=True)
class Ladder:
    """A group of which somebody must acknowledge, and for how long each is waited for."""

    group: str
    wait_seconds: int
    rounds: int = 1


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule; `ladder` holds the seconds to wait by level."""

    slug: str
    name: str
    about: About
    level: WarningLevel
    watches: frozenset[UUID] = frozenset()
    hours: Hours | None = None
    tell: tuple[Target, ...] = ()
    ladder_group: str | None = None
    ladder_seconds: Mapping[WarningLevel, int] = field(default_factory=dict)
    ladder_rounds: int = 1

    def fits(self, subject: "Subject", now: datetime) -> bool:
        """Whether it is about this, now."""
        return (
            self.about is subject.about
            and (subject.level is None or subject.level >= self.level)
            and (not self.watches or subject.watch_id in self.watches)
            and (self.hours is None or self.hours.end_of(now) is not None)
        )

    def ladder(self, level: WarningLevel | None) -> Ladder | None:
        """Who must acknowledge this level, if anybody must."""
        if self.ladder_group is None or level is None or level not in self.ladder_seconds:
            return None
        return Ladder(self.ladder_group, self.ladder_seconds[level], self.ladder_rounds)


@dataclass(frozen=True, slots=True)
class Subject:
    """What is to be told: a warning of a level and a watch, or something about the system."""

    about: About
    level: WarningLevel | None = None
    watch_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """A channel by which a person is reached, from a level on."""

    channel: str
    from_level: WarningLevel = WarningLevel.BLUE


@dataclass(frozen=True, slots=True)
class Person:
    """A recipient as rules see them."""

    name: str
    contacts: tuple[Contact, ...] = ()
    quiet: QuietHours | None = None

    def channels(self, level: WarningLevel | None, *, asked: bool = False) -> list[str]:
        """By which channels they are told of this level; who is asked to acknowledge is told by
        all, where none is meant for so low a level."""
        fitting = [
            contact.channel
            for contact in self.contacts
            if level is None or level >= contact.from_level
        ]
        return fitting or ([contact.channel for contact in self.contacts] if asked else [])


@dataclass(frozen=True, slots=True)
class Group:
    """A group at a time: its members in order, and who of them is on duty."""

    members: tuple[str, ...] = ()
    on_duty: tuple[str, ...] = ()


@dataclass(slots=True)
class Tell:
    """One who is told on one channel: a person, or (`recipient` empty) whoever reads the channel.

    `held_until`: the end of their quiet hours; `rules`: which named them.
    """

    channel: str
    recipient: str = ""
    held_until: datetime | None = None
    rules: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Unreached:
    """Somebody whom a rule names and nobody can tell, and why."""

    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Plan:
    """Who is told now, who must acknowledge, and whom nobody can tell."""

    tells: list[Tell]
    ladders: list[Ladder]
    unreached: list[Unreached]


@dataclass(frozen=True, slots=True)
class Directory:
    """What rules speak of: channels that work, people, groups as they stand now."""

    channels: frozenset[str]
    people: Mapping[str, Person]
    groups: Mapping[str, Group]


def plan(rules: Iterable[Rule], subject: Subject, directory: Directory, now: datetime) -> Plan:
    """Who is told of `subject` at `now`."""
    tells: dict[tuple[str, str], Tell] = {}
    ladders: dict[str, Ladder] = {}
    unreached: dict[tuple[str, str], Unreached] = {}
    for rule in rules:
        if not rule.fits(subject, now):
            continue
        found = rule.ladder(subject.level)
        if found is not None:
            earlier = ladders.get(found.group)
            # Two rules for one group: the more urgent holds.
            if earlier is None or found.wait_seconds < earlier.wait_seconds:
                ladders[found.group] = found
        for target in rule.tell:
            made, missing = _tells(target, subject.level, directory, now)
            for name, why in missing:
                unreached[name, why] = Unreached(name, why)
            for tell in made:
                told = tells.setdefault((tell.channel, tell.recipient), tell)
                told.rules.append(rule.slug)
                # One rule that may wake them is enough.
                told.held_until = told.held_until and tell.held_until
    return Plan(list(tells.values()), list(ladders.values()), list(unreached.values()))


def _tells(
    target: Target, level: WarningLevel | None, directory: Directory, now: datetime
) -> tuple[list[Tell], list[tuple[str, str]]]:
    if target.kind is TargetKind.CHANNEL:
        if target.name in directory.channels:
            return [Tell(target.name)], []
        return [], [(target.name, "no_channel")]
    names, missing = _people(target, directory)
    tells: list[Tell] = []
    for name in names:
        person = directory.people.get(name)
        reach = [
            channel
            for channel in (person.channels(level) if person else ())
            if channel in directory.channels
        ]
        if person is None or not person.contacts:
            missing.append((name, "no_contact"))
            continue
        # Who is on duty has no quiet hours.
        quiet = person.quiet if target.kind is not TargetKind.ON_DUTY else None
        until = quiet.held_until(now, level) if quiet else None
        tells += [Tell(channel, name, until) for channel in reach]
    return tells, missing


def _people(target: Target, directory: Directory) -> tuple[Sequence[str], list[tuple[str, str]]]:
    if target.kind is TargetKind.PERSON:
        return [target.name], []
    group = directory.groups.get(target.name)
    if group is None:
        return [], [(target.name, "no_group")]
    people = group.members if target.kind is TargetKind.GROUP else group.on_duty
    if not people:
        nobody = "no_members" if target.kind is TargetKind.GROUP else "nobody_on_duty"
        return [], [(target.name, nobody)]
    return people, []
