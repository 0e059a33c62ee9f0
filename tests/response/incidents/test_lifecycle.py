"""The rules of an incident's life, without a database."""

import pytest

from services.response.incidents.lifecycle import (
    IncidentState,
    Move,
    after,
    instead_of,
    opens_by_itself,
)
from shared.contracts.levels import WarningLevel


def test_a_response_is_activated_stood_down_and_closed() -> None:
    state: IncidentState | None = IncidentState.OPEN
    for move in (Move.ASSESS, Move.ACTIVATE, Move.COMMAND, Move.STAND_DOWN, Move.CLOSE):
        assert state is not None
        state = after(state, move)
    assert state is IncidentState.CLOSED


def test_a_stood_down_response_can_flare_up_again() -> None:
    assert after(IncidentState.STOOD_DOWN, Move.ACTIVATE) is IncidentState.ACTIVE


@pytest.mark.parametrize("move", list(Move))
def test_nothing_happens_to_a_closed_incident(move: Move) -> None:
    assert after(IncidentState.CLOSED, move) is None
    assert instead_of(move)


@pytest.mark.parametrize("state", [IncidentState.OPEN, IncidentState.DECLINED])
def test_commands_need_an_active_response(state: IncidentState) -> None:
    assert after(state, Move.COMMAND) is None


def test_an_open_incident_is_not_closed_before_somebody_decided() -> None:
    assert after(IncidentState.OPEN, Move.CLOSE) is None


def test_orange_and_red_open_an_incident_by_themselves() -> None:
    assert [level for level in WarningLevel if opens_by_itself(level)] == [
        WarningLevel.ORANGE,
        WarningLevel.RED,
    ]
