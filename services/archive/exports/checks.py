"""What a bundle must fulfil: manifests, head, records, index, attachments, the noted seal.

This file travels inside every bundle (Python 3.8, standard library only).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from services.archive.casefiles.canonical import NotCanonical, parse_canonical
from services.archive.casefiles.chain import Entry, Problem, Wrong, shown, verify_chain
from services.archive.casefiles.hashing import ALGORITHMS, FORMAT, case_digest, fingerprint
from services.archive.exports.reading import READ_ERRORS, Bundle, Refused

CASE, RECORDS, INDEX = "data/case.json", "data/records.jsonl", "data/index.jsonl"
PAYLOAD, ATTACHMENTS = "data/", "data/attachments/"
MANIFEST, TAG_MANIFEST = "manifest-sha256.txt", "tagmanifest-sha256.txt"
KNOWN = {CASE, RECORDS, INDEX, "data/index.html", "data/README.txt", MANIFEST}
KNOWN |= {"bagit.txt", "bag-info.txt", "verify.py"}
# Beyond this, what a verifier remembers of each record would no longer be small.
MAX_RECORDS = 1_000_000

HASH = re.compile(r"[0-9a-f]{64}")
MANIFEST_LINE = re.compile(rb"([0-9a-f]{64})  ([\x21-\x7e]+)\n")
INDEXED = {"sequence": int, "id": str, "kind": str, "leaf": str}
RECORD = {**INDEXED, "case_id": str, "chain": str, "attachments": list}
ATTACHMENT = {"sha256": str, "name": str, "size": int}
SEAL = {
    "format": str,
    "case_id": str,
    "hash_algorithm": str,
    "record_count": int,
    "chain_head": str,
    "merkle_root": str,
    "case_digest": str,
    "sealed_at": str,
    "final": bool,
}


@dataclass
class Verification:
    """One look at one bundle, and what was found."""

    bundle: Bundle
    problems: list[Problem] = field(default_factory=list)
    seal: dict[str, Any] = field(default_factory=dict)
    fingerprint: str = ""
    # The record that carries the noted chain value; 0 when the seal itself was noted, or nothing.
    noted_at: int = 0
    digests: dict[str, str] = field(default_factory=dict)
    entries: dict[int, Entry] = field(default_factory=dict)
    index: dict[int, tuple[str, str, str]] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)

    def run(self, noted: str | None = None) -> None:
        """Check everything, and compare with a seal or chain value `noted` elsewhere.

        Raises:
            Refused: the head of the case cannot be read, so that nothing can be judged.
        """
        if self.bundle.damage:
            self._add(Wrong.FILE, self.bundle.damage)
        payload = {name for name in self.bundle.sizes if name.startswith(PAYLOAD)}
        self._check_manifest(MANIFEST, payload)
        self._check_manifest(TAG_MANIFEST, set(self.bundle.sizes) - payload - {TAG_MANIFEST})
        self._read_case()
        self._read_index()
        found = verify_chain(self._records(), self.seal)
        unreadable = {problem.sequence for problem in self.problems if problem.sequence}
        gone = (Wrong.MISSING, Wrong.CUT)
        self.problems += [p for p in found if p.wrong not in gone or p.sequence not in unreadable]
        self._compare_index()
        for name in sorted(set(self.digests) - self.used - KNOWN):
            self._add(Wrong.ADDED, f"no record names {name}")
        if noted:
            self._compare_noted(noted)
        self.problems = [self._named(p) for p in sorted(self.problems, key=lambda p: p.sequence)]

    def _add(self, wrong: Wrong, detail: str, entry: Entry | None = None) -> None:
        at = (entry.sequence, detail, entry.id, entry.kind) if entry else (0, detail)
        self.problems.append(Problem(wrong, *at))

    def _named(self, problem: Problem) -> Problem:
        """Take from the index what a record was called that is no longer there."""
        if problem.id or problem.sequence not in self.index:
            return problem
        kind, record_id, _ = self.index[problem.sequence]
        return replace(problem, id=record_id, kind=kind)

    def _check_manifest(self, manifest: str, covered: set[str]) -> None:
        listed: dict[str, str] = {}
        try:
            for line in self.bundle.lines(manifest):
                match = MANIFEST_LINE.fullmatch(line)
                if match is None or match[2].decode() in listed:
                    raise ValueError("it holds a line that cannot be")
                listed[match[2].decode()] = match[1].decode()
        except READ_ERRORS as error:
            self._add(Wrong.FILE, f"{manifest}: {shown(error)}")
        for name in sorted(covered | set(listed)):
            try:
                if name not in covered:
                    raise ValueError("missing")
                self.digests[name] = self.bundle.sha256(name)
                if self.digests[name] != listed.get(name):
                    raise ValueError("changed" if name in listed else "added")
            except READ_ERRORS as error:
                self._add(Wrong.FILE, f"{name}: {shown(error)}, says {manifest}")

    def _read_case(self) -> None:
        try:
            document = _parsed(next(self.bundle.lines(CASE)), of=self.bundle.sizes[CASE])
            case, seal = document["case"], document["seal"]
            known = _has(seal, SEAL) and seal["hash_algorithm"] in ALGORITHMS
            # Nothing lies beside head and seal: it would stand under no hash.
            whole = {"case": case, "format": FORMAT, "seal": {**seal, "format": FORMAT}}
            whole["fingerprint"] = document["fingerprint"]
            if not known or seal["record_count"] < 0 or document != whole:
                raise ValueError(f"it is not of the form {FORMAT}")
            self.seal, self.fingerprint = seal, fingerprint(seal)
            if document["fingerprint"] != self.fingerprint:
                self._add(Wrong.SEAL, f"{CASE}: the seal does not give its fingerprint")
            if case_digest(case, seal["hash_algorithm"]) != seal["case_digest"]:
                self._add(Wrong.CHANGED, f"{CASE}: the head of the case is not the sealed one")
        except (*READ_ERRORS, LookupError, TypeError, StopIteration) as error:
            raise Refused(f"{CASE}: {shown(error)}: nothing can be judged by it") from None

    def _read_index(self) -> None:
        try:
            for number, line in enumerate(self.bundle.lines(INDEX), 1):
                try:
                    item = _parsed(line)
                except NotCanonical as error:
                    self._add(Wrong.FILE, f"{INDEX}: line {number}: {shown(error)}")
                    continue
                if not _has(item, INDEXED) or item["sequence"] in self.index:
                    raise ValueError(f"line {number} cannot be")
                self.index[item["sequence"]] = (item["kind"], item["id"], item["leaf"])
        except READ_ERRORS as error:
            self._add(Wrong.FILE, f"{INDEX}: {shown(error)}")

    def _records(self) -> Iterator[dict[str, Any]]:
        """Give each readable record, in order; look at its attachments in passing."""
        last = count = 0
        try:
            for line in self.bundle.lines(RECORDS):
                count += 1
                if count > MAX_RECORDS:
                    raise ValueError(f"more than {MAX_RECORDS} records")
                try:
                    record = _parsed(line)
                    hashes = HASH.fullmatch(record["leaf"]) and HASH.fullmatch(record["chain"])
                    if not _has(record, RECORD) or not hashes or record["sequence"] < 1:
                        raise ValueError("no record")
                except (ValueError, LookupError, TypeError) as error:
                    self.problems.append(Problem(Wrong.UNREADABLE, last + 1, shown(error)))
                    continue
                last = record["sequence"]
                entry = Entry(*(record[name] for name in Entry._fields))
                self.entries.setdefault(last, entry)
                self._check_attachments(entry, record["attachments"])
                yield record
        except READ_ERRORS as error:
            detail = f"{RECORDS} cannot be read from here on: {shown(error)}"
            self.problems.append(Problem(Wrong.UNREADABLE, last + 1, detail))

    def _check_attachments(self, entry: Entry, attachments: list[Any]) -> None:
        for item in attachments:
            if not _has(item, ATTACHMENT):
                self._add(Wrong.ATTACHMENT, "one is not described", entry)
                continue
            name = ATTACHMENTS + item["sha256"]
            self.used.add(name)
            kept, size = self.digests.get(name), self.bundle.sizes.get(name)
            if (kept, size) != (item["sha256"], item["size"]):
                wrong = "changed" if kept else "missing"
                self._add(Wrong.ATTACHMENT, f"{wrong}: {shown(item['name'])} ({name})", entry)

    def _compare_index(self) -> None:
        """The index names what was removed; so it must list exactly what is there."""
        reported = {problem.sequence for problem in self.problems}
        for sequence in sorted((set(self.index) | set(self.entries)) - reported):
            entry = self.entries.get(sequence)
            if entry is None:
                self.problems.append(Problem(Wrong.MISSING, sequence, f"{INDEX} lists it"))
            elif self.index.get(sequence) != (entry.kind, entry.id, entry.leaf):
                self._add(Wrong.CHANGED, f"it is not the record that {INDEX} lists", entry)

    def _compare_noted(self, noted: str) -> None:
        at = (entry.sequence for entry in self.entries.values() if entry.chain == noted)
        self.noted_at = next(at, 0)
        if not self.noted_at and noted != self.fingerprint:
            detail = "the seal noted elsewhere is not that of this case: it was written anew"
            self._add(Wrong.SEAL, detail)


def _parsed(line: bytes, of: int | None = None) -> Any:
    """Read one line of canonical JSON; `of` is the size of a file that holds nothing else."""
    if not line.endswith(b"\n") or len(line) != (of or len(line)):
        raise NotCanonical("no single line of JSON")
    return parse_canonical(line[:-1])


def _has(value: Any, fields: dict[str, type]) -> bool:
    return isinstance(value, dict) and all(type(value.get(name)) is fields[name] for name in fields)
