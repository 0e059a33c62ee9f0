"""The kind of a matter, told by words: how often it is what a person says, on made-up matters.

Who wrote the words wrote the matters too, those of the second file after the words stood: on texts
of others expect less.
"""

from pathlib import Path
from typing import Any

import pytest
import yaml

from services.monitor.notices.nature import nature_of, suggestions_for
from services.monitor.templates.filling import Sector
from shared.contracts.levels import WarningLevel

PLAIN = {"surge", "negative_surge"}
KINDS = [
    "safety",
    "rumour",
    "tip_off",
    "attack",
    "complaint",
    "service",
    "policy",
    "praise",
    "surge",
    "negative_surge",
]


def labelled(name: str) -> list[dict[str, Any]]:
    cases: list[dict[str, Any]] = yaml.safe_load(
        Path(__file__).with_name(f"natures_{name}.yaml").read_text("utf-8")
    )
    return cases


def told(case: dict[str, Any]) -> str:
    return nature_of(case["texts"], negative_share=0.6 if case.get("negative") else None).code


@pytest.mark.parametrize(("name", "right"), [("labelled", 69), ("held_out", 25)])
def test_the_kind_is_most_often_that_which_a_person_names(name: str, right: int) -> None:
    cases = labelled(name)
    assert sum(told(case) == case["kind"] for case in cases) >= right


def test_where_it_is_not_it_is_rarely_another_kind() -> None:
    # Of 33: "surge of attention" claims nothing about the matter.
    wrong = [case for case in labelled("held_out") if told(case) not in {case["kind"], *PLAIN}]
    assert len(wrong) <= 1


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("level", WarningLevel)
def test_every_kind_has_first_steps_at_every_level(kind: str, level: WarningLevel) -> None:
    steps = suggestions_for(kind, level)
    assert steps
    assert [step.minutes for step in steps] == sorted(step.minutes for step in steps)
    # What is on the screen of a telephone at night.
    assert len(steps) <= 8


@pytest.mark.parametrize("sector", Sector)
def test_a_sector_adds_steps_of_its_own(sector: Sector) -> None:
    kind = {"bank": "rumour", "shop": "safety", "power": "service", "university": "safety"}[sector]
    plain = suggestions_for(kind, WarningLevel.RED)
    own = suggestions_for(kind, WarningLevel.RED, sector=sector)
    assert len(own) == len(plain) + 1


def test_praise_is_not_answered_like_a_crisis() -> None:
    steps = " ".join(step.en for step in suggestions_for("praise", WarningLevel.YELLOW))
    assert "holding statement" not in steps
