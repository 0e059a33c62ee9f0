"""Completeness: which part of the handling is not on record."""

import pytest

from services.archive.casefiles.completeness import (
    REQUIREMENTS,
    Stage,
    completeness,
    is_complete,
)
from shared.contracts import EVENTS

WHOLE = (
    "WarningRaised",
    "IncidentOpened",
    "IncidentAssessed",
    "ResponseActivated",
    "CommandIssued",
    "CommandAcknowledged",
    "CommandCompleted",
    "StatementDrafted",
    "StatementReviewed",
    "StatementApproved",
    "StatementPublished",
    "ResponseStoodDown",
    "IncidentClosed",
)


def lacking(*kinds: str, reasons: dict[Stage, str] | None = None) -> set[Stage]:
    findings = completeness(kinds, reasons)
    return {finding.stage for finding in findings if not (finding.present or finding.excused)}


def without(*kinds: str) -> list[str]:
    return [kind for kind in WHOLE if kind not in kinds]


def test_a_whole_case_is_complete() -> None:
    assert is_complete(completeness(WHOLE))


def test_unknown_kinds_are_welcome() -> None:
    assert is_complete(completeness([*WHOLE, "MeetingHeld"]))


def test_an_empty_case_lacks_everything_but_commands() -> None:
    assert lacking() == set(Stage) - {Stage.COMMANDS}


@pytest.mark.parametrize(
    ("kind", "stage"),
    [
        ("WarningRaised", Stage.COLLECTION),
        ("IncidentOpened", Stage.COLLECTION),
        ("IncidentAssessed", Stage.ASSESSMENT),
        ("ResponseActivated", Stage.DECISION),
        ("CommandAcknowledged", Stage.COMMANDS),
        ("CommandCompleted", Stage.COMMANDS),
        ("StatementReviewed", Stage.STATEMENTS),
        ("StatementApproved", Stage.STATEMENTS),
        ("StatementPublished", Stage.STATEMENTS),
        ("ResponseStoodDown", Stage.CLOSING),
        ("IncidentClosed", Stage.CLOSING),
    ],
)
def test_what_is_missing_is_found_in_its_stage(kind: str, stage: Stage) -> None:
    findings = completeness(without(kind))
    assert [finding.stage for finding in findings if finding.missing] == [stage]
    assert all(finding.missing_zh for finding in findings if finding.missing)


def test_one_of_two_commands_left_open_is_found() -> None:
    assert lacking(*WHOLE, "CommandIssued", "CommandAcknowledged") == {Stage.COMMANDS}


def test_declining_activation_is_a_decision_and_needs_no_stand_down() -> None:
    kinds = without("ResponseActivated", "ResponseStoodDown")
    assert lacking(*kinds, "ActivationDeclined") == set()


def test_a_recorded_reason_stands_in_for_a_statement() -> None:
    kinds = without("StatementPublished", "StatementApproved", "StatementReviewed")
    reasons = {Stage.STATEMENTS: "The customer asked for silence."}
    assert lacking(*kinds) == {Stage.STATEMENTS}
    assert lacking(*kinds, reasons=reasons) == set()
    assert lacking(*kinds, reasons={Stage.STATEMENTS: "  "}) == {Stage.STATEMENTS}


def test_no_reason_excuses_publication_without_approval() -> None:
    reasons = dict.fromkeys(Stage, "It was urgent.")
    assert lacking(*without("StatementApproved"), reasons=reasons) == {Stage.STATEMENTS}


def test_the_grounds_say_what_was_seen() -> None:
    findings = {finding.stage: finding for finding in completeness(WHOLE)}
    assert findings[Stage.ASSESSMENT].grounds == "IncidentAssessed x1"


def test_the_table_names_events_that_exist() -> None:
    named = {kind for requirement in REQUIREMENTS for kind in requirement.kinds}
    named |= {requirement.when for requirement in REQUIREMENTS if requirement.when}
    assert named <= set(EVENTS)
