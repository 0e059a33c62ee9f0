"""The chain: what was sealed is accepted, and whatever else lies there is named."""

import copy
import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.archive.casefiles.chain import Problem, Wrong, verify_chain
from services.archive.casefiles.filing import chained
from services.archive.casefiles.hashing import genesis

Records = list[dict[str, Any]]


def found(problems: list[Problem]) -> set[tuple[Wrong, int]]:
    return {(problem.wrong, problem.sequence) for problem in problems}


def rechained(records: Records, start: int = 0) -> Records:
    """What an attacker does who knows the recipe: hash anew from the record at `start` on."""
    done = records[:start]
    for record in records[start:]:
        bare = {name: value for name, value in record.items() if name not in ("leaf", "chain")}
        done.append(chained(bare, done[-1]["chain"] if done else genesis(record["case_id"])))
    return done


@pytest.mark.parametrize("size", [0, 1, 2, 3, 11, 100])
def test_what_was_sealed_is_accepted(make_case: Callable[..., Any], size: int) -> None:
    case = make_case(size)
    assert verify_chain(case.records, case.seal) == []


@given(st.data())
def test_a_changed_value_is_named(make_case: Callable[..., Any], data: st.DataObject) -> None:
    case = make_case()
    record = data.draw(st.sampled_from(case.records))
    name = data.draw(st.sampled_from(["id", "kind", "room", "filed_at", "actor", "content"]))
    record[name] = "another"
    assert (Wrong.CHANGED, record["sequence"]) in found(verify_chain(case.records, case.seal))


@given(st.integers(0, 10))
def test_a_removed_record_is_named(make_case: Callable[..., Any], at: int) -> None:
    case = make_case()
    del case.records[at]
    wrong = Wrong.CUT if at == 10 else Wrong.MISSING
    assert found(verify_chain(case.records, case.seal)) == {(wrong, at + 1)}


@given(st.sets(st.integers(0, 10), min_size=2, max_size=2))
def test_two_swapped_records_are_named(make_case: Callable[..., Any], pair: set[int]) -> None:
    case, (one, other) = make_case(), sorted(pair)
    records = case.records
    records[one], records[other] = records[other], records[one]
    problems = found(verify_chain(records, case.seal))
    assert problems == {(Wrong.MOVED, one + 1), (Wrong.MOVED, other + 1)}


@given(st.sets(st.integers(0, 10), min_size=2, max_size=2))
def test_swapped_and_renumbered_records_are_named(
    make_case: Callable[..., Any], pair: set[int]
) -> None:
    case, (one, other) = make_case(), sorted(pair)
    records = case.records
    records[one], records[other] = records[other], records[one]
    records[one]["sequence"], records[other]["sequence"] = one + 1, other + 1
    problems = found(verify_chain(records, case.seal))
    assert {(Wrong.CHANGED, one + 1), (Wrong.CHANGED, other + 1)} <= problems


def test_a_cut_tail_is_named_record_by_record(case: Any) -> None:
    problems = found(verify_chain(case.records[:7], case.seal))
    assert problems == {(Wrong.CUT, sequence) for sequence in (8, 9, 10, 11)}


def test_a_record_filed_twice_is_named(case: Any) -> None:
    case.records.insert(4, copy.deepcopy(case.records[3]))
    assert found(verify_chain(case.records, case.seal)) == {(Wrong.ADDED, 4)}


def test_a_record_chained_on_after_the_seal_is_named(case: Any) -> None:
    more = {**case.records[-1], "sequence": 12, "id": "new"}
    records = rechained([*case.records, more], start=11)
    assert found(verify_chain(records, case.seal)) == {(Wrong.ADDED, 12)}


def test_a_record_replaced_with_its_own_hashes_made_anew_is_named(case: Any) -> None:
    case.records[4]["content"] = {"text": "nothing happened"}
    case.records[:5] = rechained(case.records[:5], start=4)
    problems = verify_chain(case.records, case.seal)
    assert found(problems) == {(Wrong.UNLINKED, 6)}
    assert "record 5" in str(problems[0])


def test_a_chain_made_anew_does_not_fit_the_seal(case: Any) -> None:
    case.records[4]["content"] = {"text": "nothing happened"}
    problems = verify_chain(rechained(case.records), case.seal)
    assert found(problems) == {(Wrong.SEAL, 0)}


def test_records_of_another_case_do_not_fit(make_case: Callable[..., Any]) -> None:
    case, other = make_case(), make_case(case_id="another")
    case.records[4] = other.records[4]
    problems = found(verify_chain(case.records, case.seal))
    assert {(Wrong.FOREIGN, 5), (Wrong.UNLINKED, 5)} <= problems


def test_a_whole_file_passed_off_as_another_case_does_not_fit(case: Any) -> None:
    for record in case.records:
        record["case_id"] = "another"
    problems = found(verify_chain(case.records, {**case.seal, "case_id": "another"}))
    assert {(Wrong.CHANGED, 1), (Wrong.UNLINKED, 1)} <= problems


def test_an_id_used_twice_is_named(case: Any) -> None:
    case.records[6]["id"] = case.records[2]["id"]
    assert (Wrong.ADDED, 7) in found(verify_chain(case.records, case.seal))


def test_a_forged_count_costs_no_time(case: Any) -> None:
    problems = verify_chain(case.records, {**case.seal, "record_count": 2**53 - 1})
    assert len(problems) == 1
    assert problems[0].wrong is Wrong.CUT


def test_a_name_cannot_write_on_the_terminal() -> None:
    problem = Problem(Wrong.CHANGED, 1, "why", id="\x1b[2Jgone\nVERIFIED", kind="K")
    assert "\x1b" not in str(problem)
    assert "\n" not in str(problem)


def test_a_thousand_random_mutations_are_all_found(make_case: Callable[..., Any]) -> None:
    dice = random.Random(8)
    for _ in range(1_000):
        case = make_case(6)
        record = dice.choice(case.records)
        name = dice.choice(sorted(record))
        value = record[name]
        if isinstance(value, int):
            record[name] = value + dice.choice([-1, 1])
        elif isinstance(value, str):
            at = dice.randrange(len(value))
            digit = "0" if value[at] != "0" else "1"
            record[name] = value[:at] + digit + value[at + 1 :]
        else:
            record[name] = {"other": True} if name != "attachments" else ["other"]
        assert verify_chain(case.records, case.seal), f"{name} of {record['sequence']}"
