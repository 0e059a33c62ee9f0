"""Verification: an honest bundle is accepted; whatever was tampered with is named."""

import copy
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.archive.casefiles.canonical import canonical
from services.archive.casefiles.filing import chained, make_seal
from services.archive.casefiles.hashing import fingerprint, genesis
from services.archive.exports.verify import verify

RECORDS, INDEX, CASE = "data/records.jsonl", "data/index.jsonl", "data/case.json"
# Written for people; they stand under the manifests and not under the seal.
FOR_READING = ("data/index.html", "data/README.txt")


def read(files: dict[str, bytes]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in files[RECORDS].splitlines()]


def written(values: list[dict[str, Any]]) -> bytes:
    return b"".join(canonical(value) + b"\n" for value in values)


def indexed(records: list[dict[str, Any]]) -> bytes:
    names = ("sequence", "id", "kind", "leaf")
    return written([{name: record[name] for name in names} for record in records])


def rechained(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    done: list[dict[str, Any]] = []
    for record in copy.deepcopy(records):
        bare = {name: value for name, value in record.items() if name not in ("leaf", "chain")}
        done.append(chained(bare, done[-1]["chain"] if done else genesis(record["case_id"])))
    return done


def name_of(record: dict[str, Any]) -> str:
    return f"record {record['sequence']} ({record['kind']} {record['id']}): "


def named(lines: list[str], record: dict[str, Any]) -> bool:
    return any(line.startswith(name_of(record)) for line in lines)


def test_an_honest_bundle_is_accepted(workshop: Any, case: Any) -> None:
    lines, status = verify(str(workshop.export(case)))
    assert (len(lines), status) == (1, 0)
    assert lines[0].startswith("VERIFIED case 0193b6a2")
    assert fingerprint(case.seal) in lines[0]


@pytest.mark.parametrize("size", [0, 1, 2, 300])
def test_a_case_of_any_size_is_accepted(
    workshop: Any, make_case: Callable[..., Any], size: int
) -> None:
    assert verify(str(workshop.export(make_case(size))))[1] == 0


def test_an_honest_bundle_unpacked_is_accepted(workshop: Any, case: Any, tmp_path: Path) -> None:
    with zipfile.ZipFile(workshop.export(case)) as archive:
        archive.extractall(tmp_path)
    (folder,) = tmp_path.iterdir()
    assert verify(str(folder))[1] == 0
    assert verify(str(tmp_path))[1] == 0


def test_an_honest_bundle_packed_anew_is_accepted(workshop: Any, honest: dict[str, bytes]) -> None:
    assert verify(str(workshop.pack(honest, how=zipfile.ZIP_DEFLATED)))[1] == 0


@given(st.data(), st.booleans())
@settings(max_examples=300, deadline=None)
def test_a_flipped_bit_in_any_file_is_refused(
    workshop: Any, honest: dict[str, bytes], data: st.DataObject, refit: bool
) -> None:
    choice = sorted(name for name in honest if not (refit and name in FOR_READING))
    if refit:  # with the manifests made to fit, what stands under the seal is left
        choice = [name for name in choice if name.startswith("data/")]
    name = data.draw(st.sampled_from(choice))
    at = data.draw(st.integers(0, len(honest[name]) - 1))
    content = bytearray(honest[name])
    content[at] ^= 1 << data.draw(st.integers(0, 7))
    lines, status = workshop.verdict({**honest, name: bytes(content)}, refit=refit)
    assert status == 1, lines
    if name == RECORDS:
        number = honest[name][:at].count(b"\n") + 1
        assert any(f"record {number} (" in line for line in lines), lines
    else:
        assert refit or any(name in line for line in lines), lines


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_a_flipped_bit_anywhere_in_the_zip_file_is_refused(
    workshop: Any, make_case: Callable[..., Any], data: st.DataObject
) -> None:
    whole = workshop.export(make_case()).read_bytes()
    content = bytearray(whole)
    content[data.draw(st.integers(0, len(content) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    out = workshop.folder / "flipped.zip"
    out.write_bytes(content)
    assert verify(str(out))[1] != 0


def test_a_bit_flipped_in_the_zip_file_harms_one_record_only(workshop: Any, case: Any) -> None:
    out = workshop.export(case, "harmed.zip")
    whole = out.read_bytes()
    assert whole.count("第 5 步".encode()) >= 1
    out.write_bytes(whole.replace("第 5 步".encode(), "第 6 步".encode(), 1))
    lines, status = verify(str(out))
    assert status == 1
    assert [line for line in lines if line.startswith("record ")] == [
        f"{name_of(case.records[4])}changed: its content does not give its leaf hash"
    ]


@given(st.integers(0, 10), st.booleans())
@settings(deadline=None)
def test_a_removed_record_is_named(
    workshop: Any, honest: dict[str, bytes], at: int, refit: bool
) -> None:
    records = read(honest)
    removed = records.pop(at)
    lines, status = workshop.verdict({**honest, RECORDS: written(records)}, refit=refit)
    assert status == 1
    assert named(lines, removed)


@given(st.sets(st.integers(0, 10), min_size=2, max_size=2), st.booleans())
@settings(deadline=None)
def test_two_swapped_records_are_named(
    workshop: Any, honest: dict[str, bytes], pair: set[int], refit: bool
) -> None:
    records, (one, other) = read(honest), sorted(pair)
    records[one], records[other] = records[other], records[one]
    lines, status = workshop.verdict({**honest, RECORDS: written(records)}, refit=refit)
    assert status == 1
    assert named(lines, records[one])
    assert named(lines, records[other])


def test_a_cut_tail_is_named(workshop: Any, honest: dict[str, bytes]) -> None:
    records = read(honest)
    lines, status = workshop.verdict({**honest, RECORDS: written(records[:8])}, refit=True)
    assert status == 1
    assert all(named(lines, record) for record in records[8:])
    assert all("cut" in line for line in lines[:3])


def test_an_added_record_is_named(workshop: Any, honest: dict[str, bytes]) -> None:
    records = read(honest)
    added = {**records[-1], "sequence": 12, "id": "new"}
    records = rechained([*records, added])
    files = {**honest, RECORDS: written(records), INDEX: indexed(records)}
    lines, status = workshop.verdict(files, refit=True)
    assert status == 1
    assert named(lines, added)


@given(st.integers(0, 10))
@settings(deadline=None)
def test_manifests_made_to_fit_do_not_hide_a_changed_record(
    workshop: Any, honest: dict[str, bytes], at: int
) -> None:
    records = read(honest)
    records[at]["content"]["text"] = "nothing happened"
    lines, status = workshop.verdict({**honest, RECORDS: written(records)}, refit=True)
    assert status == 1
    assert lines[:-1] == [f"{name_of(records[at])}changed: its content does not give its leaf hash"]


@given(st.integers(0, 10))
@settings(deadline=None)
def test_a_chain_made_anew_does_not_hide_the_changed_record(
    workshop: Any, honest: dict[str, bytes], at: int
) -> None:
    records = read(honest)
    records[at]["content"]["text"] = "nothing happened"
    files = {**honest, RECORDS: written(rechained(records))}
    lines, status = workshop.verdict(files, refit=True)
    assert status == 1
    assert named(lines, records[at])


def test_an_index_made_to_fit_as_well_leaves_the_seal(
    workshop: Any, honest: dict[str, bytes]
) -> None:
    records = read(honest)
    records[3]["content"]["text"] = "nothing happened"
    records = rechained(records)
    files = {**honest, RECORDS: written(records), INDEX: indexed(records)}
    lines, status = workshop.verdict(files, refit=True)
    assert status == 1
    assert any(line.startswith("seal: ") for line in lines)


def written_anew(honest: dict[str, bytes], case: Any) -> dict[str, bytes]:
    """Everything forged by somebody who holds everything: records, chain, index and seal."""
    records = read(honest)
    records[3]["content"]["text"] = "nothing happened"
    records = rechained(records)
    leaves = [record["leaf"] for record in records]
    at = {"head": records[-1]["chain"], "sealed_at": case.seal["sealed_at"], "final": True}
    seal = make_seal(case.head, leaves, **at)
    document = {"case": case.head, "format": seal["format"], "seal": seal}
    document["fingerprint"] = fingerprint(seal)
    return {
        **honest,
        RECORDS: written(records),
        INDEX: indexed(records),
        CASE: canonical(document) + b"\n",
    }


def test_only_a_seal_noted_elsewhere_shows_a_case_written_anew(
    workshop: Any, honest: dict[str, bytes], case: Any
) -> None:
    files = written_anew(honest, case)
    assert workshop.verdict(files, refit=True)[1] == 0
    for noted in (fingerprint(case.seal), case.seal["chain_head"]):
        lines, status = workshop.verdict(files, noted, refit=True)
        assert status == 1
        assert "written anew" in lines[0]


def test_a_noted_seal_or_chain_value_confirms_an_honest_case(workshop: Any, case: Any) -> None:
    bundle = str(workshop.export(case))
    for noted, said in (
        (fingerprint(case.seal), "as noted elsewhere"),
        (case.records[6]["chain"], "up to record 7 as noted elsewhere"),
    ):
        lines, status = verify(bundle, noted)
        assert status == 0
        assert lines[-1].endswith(said)


@pytest.mark.parametrize("how", ["changed", "missing"])
def test_an_attachment_names_its_record(workshop: Any, honest: dict[str, bytes], how: str) -> None:
    files = dict(honest)
    name = next(name for name in files if "/attachments/" in name)
    if how == "changed":
        files[name] += b"!"
    else:
        del files[name]
    lines, status = workshop.verdict(files, refit=True)
    assert status == 1
    assert any(line.startswith("record 2 (") and how in line for line in lines)


def test_a_file_slipped_in_is_named(workshop: Any, honest: dict[str, bytes]) -> None:
    for name in ("data/extra.txt", "data/attachments/" + "0" * 64, "notes.txt"):
        lines, status = workshop.verdict({**honest, name: b"x"}, refit=True)
        assert status == 1
        assert any(name in line for line in lines)


def test_the_head_of_the_case_stands_under_the_seal(
    workshop: Any, honest: dict[str, bytes]
) -> None:
    changed = honest[CASE].replace(b'"level":"red"', b'"level":"blue"')
    lines, status = workshop.verdict({**honest, CASE: changed}, refit=True)
    assert status == 1
    assert "head of the case" in lines[0]


def test_the_time_of_sealing_does_not_fit_another_fingerprint(
    workshop: Any, honest: dict[str, bytes]
) -> None:
    changed = honest[CASE].replace(b'"sealed_at":"2026-03-05', b'"sealed_at":"2026-03-02')
    assert changed != honest[CASE]
    lines, status = workshop.verdict({**honest, CASE: changed}, refit=True)
    assert (status, lines[0][:6]) == (1, "seal: ")


@pytest.mark.parametrize("name", FOR_READING)
def test_what_is_there_for_reading_stands_under_the_manifests_only(
    workshop: Any, honest: dict[str, bytes], name: str
) -> None:
    # Said so in README.txt and in the program: the record is what counts.
    files = {**honest, name: b"other"}
    assert workshop.verdict(files)[1] == 1
    assert workshop.verdict(files, refit=True)[1] == 0


@pytest.mark.parametrize("name", [CASE, RECORDS, INDEX, "bagit.txt", "manifest-sha256.txt"])
def test_a_missing_file_is_refused(workshop: Any, honest: dict[str, bytes], name: str) -> None:
    files = {kept: content for kept, content in honest.items() if kept != name}
    assert workshop.verdict(files)[1] == 1


def test_a_packed_file_damaged_midway_names_what_cannot_be_read(
    workshop: Any, make_case: Callable[..., Any]
) -> None:
    files = workshop.files(make_case(400))
    out = workshop.pack(files, how=zipfile.ZIP_DEFLATED)
    with zipfile.ZipFile(out) as archive:
        info = archive.getinfo(next(n for n in archive.namelist() if n.endswith(RECORDS)))
    content = bytearray(out.read_bytes())
    middle = info.header_offset + info.compress_size // 2
    content[middle : middle + 40] = bytes(40)
    out.write_bytes(content)
    lines, status = verify(str(out))
    assert status == 1
    assert any(line.startswith("record ") for line in lines)


def test_many_problems_are_told_in_part(workshop: Any, make_case: Callable[..., Any]) -> None:
    files = workshop.files(make_case(900))
    records = [{**record, "room": "elsewhere"} for record in read(files)]
    lines, status = workshop.verdict({**files, RECORDS: written(records)}, refit=True)
    assert status == 1
    assert len(lines) == 202
    assert lines[-2:] == [
        "... and 700 more",
        "NOT VERIFIED case 0193b6a2-0000-7000-8000-000000000001: 900 problems",
    ]
