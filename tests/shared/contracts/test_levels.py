"""Levels compare by severity, not by the alphabet."""

import pytest

from shared.contracts.levels import IncidentLevel, WarningLevel


def test_warning_levels_rise_from_blue_to_red() -> None:
    blue, yellow, orange, red = WarningLevel
    assert blue < yellow < orange < red
    assert [level.rank for level in WarningLevel] == [1, 2, 3, 4]
    assert max(orange, yellow, key=lambda level: level) is orange
    assert red >= "red" > yellow
    assert sorted([red, blue, orange]) == [blue, orange, red]


def test_incident_levels_rise_from_ordinary_to_extraordinary() -> None:
    assert IncidentLevel.ORDINARY <= IncidentLevel.LARGER < IncidentLevel.MAJOR
    assert IncidentLevel.EXTRAORDINARY > IncidentLevel.MAJOR


def test_a_level_is_its_word_everywhere_else() -> None:
    assert WarningLevel.RED == "red"
    assert {WarningLevel.RED: 1}["red"] == 1  # type: ignore[index]


def test_a_level_does_not_compare_with_other_words() -> None:
    with pytest.raises(ValueError, match="purple"):
        _ = WarningLevel.RED > "purple"
