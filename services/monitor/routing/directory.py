"""Reading rules, and what they speak of, as they stand now."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.monitor.channels.models import CONSOLE, AlertChannel
from services.monitor.recipients.models import AlertRecipient
from services.monitor.recipients.quiet import Hours, QuietHours
from services.monitor.routing.models import AlertRule, DutyRoster
from services.monitor.routing.plan import (
    Contact,
    Directory,
    Group,
    Person,
    Rule,
    Target,
    TargetKind,
)
from shared.contracts.levels import WarningLevel


async def read_rules(session: AsyncSession) -> list[Rule]:
    """The rules in force."""
    rows = await session.scalars(
        select(AlertRule).where(AlertRule.enabled).order_by(AlertRule.slug)
    )
    return [rule_of(row) for row in rows]


async def read_directory(session: AsyncSession, now: datetime) -> Directory:
    """Channels that are on, people who may be told, groups with who is on duty at `now`."""
    channels = await session.scalars(select(AlertChannel.slug).where(AlertChannel.enabled))
    people = await session.scalars(select(AlertRecipient).where(AlertRecipient.enabled))
    rosters = await session.scalars(select(DutyRoster))
    return Directory(
        # Whoever has no other way reads the console, which is always there.
        channels=frozenset({CONSOLE, *channels}),
        people={row.name: person_of(row) for row in people},
        groups={row.group: Group(tuple(row.members), tuple(on_duty(row, now))) for row in rosters},
    )


def rule_of(row: AlertRule) -> Rule:
    """A stored rule."""
    ladder = row.ladder or {}
    return Rule(
        slug=row.slug,
        name=row.name,
        about=row.about,
        level=row.level,
        watches=frozenset(UUID(watch) for watch in row.watches),
        hours=Hours.of(row.hours) if row.hours else None,
        tell=tuple(Target(TargetKind(each["kind"]), each["name"]) for each in row.tell),
        ladder_group=ladder.get("group"),
        ladder_seconds={
            WarningLevel(level): round(minutes * 60)
            for level, minutes in ladder.get("minutes", {}).items()
        },
        ladder_rounds=ladder.get("rounds", 1),
    )


def person_of(row: AlertRecipient) -> Person:
    """A stored recipient."""
    return Person(
        name=row.name,
        contacts=tuple(
            Contact(contact["channel"], WarningLevel(contact["from_level"]))
            for contact in row.contacts
        ),
        quiet=QuietHours.of(row.quiet, zone=row.zone) if row.quiet else None,
    )


def on_duty(roster: DutyRoster, now: datetime) -> Sequence[str]:
    """Who is on duty at `now`, in order; nobody beyond what the roster tells."""
    for shift in roster.shifts:
        begins = datetime.fromisoformat(shift["starts_at"])
        if begins <= now < datetime.fromisoformat(shift["ends_at"]):
            people: Sequence[str] = shift["people"]
            return people
    return ()
