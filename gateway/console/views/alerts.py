"""Forms about alerts and duty, read into what the API takes, and back. Pure."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

_SHIFT = re.compile(
    r"(?P<days>[a-z ,-]+?)\s+(?P<begins>\d\d:\d\d)\s*-\s*(?P<ends>\d\d:\d\d)\s+(?P<who>.+)"
)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LEVELS = ("blue", "yellow", "orange", "red")


def contacts_of(lines: Iterable[str]) -> list[dict[str, str]]:
    """`mail duty@example.com orange`, one channel a line: its name, the address where it needs one,
    the level from which on it is used."""
    contacts = []
    for line in lines:
        channel, *rest = line.split()
        contact = {"channel": channel}
        if rest and rest[-1] in LEVELS:
            contact["from_level"] = rest.pop()
        if rest:
            contact["to"] = rest[0]
        contacts.append(contact)
    return contacts


def contact_lines(contacts: Iterable[Mapping[str, Any]]) -> str:
    """Contacts as they are typed; addresses are never shown, and stay where none is typed."""
    return "\n".join(f"{each['channel']} {each['from_level']}" for each in contacts)


def shifts_of(lines: Iterable[str]) -> list[dict[str, Any]]:
    """`mon-fri 08:00-20:00 chen, lin / xu`: days, hours, who; `/` between the turns of weeks. A
    line that does not read so is left to the API, which says what is wrong with it."""
    shifts = []
    for line in lines:
        found = _SHIFT.fullmatch(line.strip())
        who = found["who"] if found else line
        shifts.append(
            {
                "days": _days(found["days"]) if found else [],
                "begins": found["begins"] if found else "",
                "ends": found["ends"] if found else "",
                "turns": [
                    [name.strip() for name in turn.split(",") if name.strip()]
                    for turn in who.split(" / ")
                ],
            }
        )
    return shifts


def shift_lines(shifts: Iterable[Mapping[str, Any]]) -> str:
    """Shifts as they are typed."""
    return "\n".join(
        f"{' '.join(each['days'])} {each['begins']}-{each['ends']} "
        + " / ".join(", ".join(turn) for turn in each["turns"])
        for each in shifts
    )


def names_of(recipients: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """How people are called, by user name."""
    return {each["name"]: each["display_name"] for each in recipients}


def targets_of(values: Iterable[str]) -> list[dict[str, str]]:
    """Boxes that were ticked: `on_duty:g2`, `channel:wecom`, `person:chen`."""
    return [
        {"kind": kind, "name": name} for kind, _, name in (value.partition(":") for value in values)
    ]


def _days(words: str) -> list[str]:
    """`mon-fri sun`; a word that is no day is left to the API."""
    named: list[str] = []
    for word in re.split(r"[ ,]+", words.strip()):
        first, _, last = word.partition("-")
        if first in DAYS and last in DAYS:
            begin, end = DAYS.index(first), DAYS.index(last)
            named += DAYS[begin : end + 1] if begin <= end else DAYS[begin:] + DAYS[: end + 1]
        else:
            named.append(word)
    return named
