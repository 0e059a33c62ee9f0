"""Every event has a consumer, and every consumer knows its events."""

import importlib
import pkgutil

import pytest

import shared.contracts
from shared.contracts import ROUTES, Event, Room
from shared.contracts.event import IncidentEvent, MonitorIncidentEvent, WarningEvent
from shared.contracts.schedules import ScheduleDue
from shared.contracts.statements import StatementEvent
from shared.contracts.stories import StoryChangeEvent
from shared.contracts.warnings import WarningNotice
from shared.room import find_room

# Shapes that events share; nothing of these kinds is ever told.
ABSTRACT = {
    Event,
    IncidentEvent,
    MonitorIncidentEvent,
    WarningEvent,
    StatementEvent,
    StoryChangeEvent,
    WarningNotice,
}


def all_events() -> set[type[Event]]:
    """Every event class of the contracts."""
    for module in pkgutil.iter_modules(shared.contracts.__path__):
        importlib.import_module(f"shared.contracts.{module.name}")
    found, waiting = set(), [Event]
    while waiting:
        for kind in waiting.pop().__subclasses__():
            if kind not in found and kind.__module__.startswith("shared.contracts"):
                found.add(kind)
                waiting.append(kind)
    return found - ABSTRACT


def test_every_event_stands_in_the_table() -> None:
    assert all_events() == set(ROUTES)


@pytest.mark.parametrize("event", sorted(ROUTES, key=lambda event: event.__name__))
def test_every_event_is_heard_by_some_room(event: type[Event]) -> None:
    if event is not ScheduleDue:
        assert ROUTES[event]


@pytest.mark.parametrize("room", [room for room in Room if room is not Room.GATEWAY])
def test_every_room_handles_exactly_what_it_is_sent(room: Room) -> None:
    sent = {event for event, rooms in ROUTES.items() if room in rooms}
    assert set(find_room(room).jobs.handlers) == sent


def test_the_gateway_is_sent_nothing() -> None:
    assert not any(Room.GATEWAY in rooms for rooms in ROUTES.values())
