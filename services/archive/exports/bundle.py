"""Write a case as one file: a BagIt bag (RFC 8493) inside a zip.

The same case, seal and records give the same bytes. The zip stores, it does not compress: a
damaged byte then harms one record instead of all behind it, and the text can be read without us.
"""

import hashlib
import zipfile
from collections.abc import Iterable, Mapping
from contextlib import closing
from tempfile import SpooledTemporaryFile
from types import TracebackType
from typing import IO, Any, BinaryIO, Self

from services.archive.casefiles.canonical import canonical
from services.archive.casefiles.hashing import FORMAT, fingerprint
from services.archive.exports.checks import (
    ATTACHMENTS,
    CASE,
    INDEX,
    MANIFEST,
    MAX_RECORDS,
    PAYLOAD,
    RECORDS,
    TAG_MANIFEST,
)
from services.archive.exports.page import MOST_RECORDS, page_foot, page_head, page_record
from services.archive.exports.reading import CHUNK, MAX_FILES, MAX_LINE, zip_comment
from services.archive.exports.readme import README
from services.archive.exports.standalone import standalone

BAGIT = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
# Entries have no time of their own: this is the earliest that a zip file can say.
NO_TIME = (1980, 1, 1, 0, 0, 0)
# Index and page are written beside the records; what is larger than this waits on disk.
SPOOLED = 8 * CHUNK
# Bundle files beside the attachments.
OTHER_FILES = 10


class BundleError(Exception):
    """The case cannot be exported as it was given; the message says what is wrong."""


class BundleWriter:
    """Write a bundle step by step: every record in order, every attachment wanted, then `finish`.

        with BundleWriter(file, case) as bundle:
            for record in records:
                bundle.add_record(record)
            for sha256 in bundle.wanted:
                bundle.add_attachment(sha256, chunks)
            bundle.finish(seal)

    `file` is open for reading and writing and seekable; `case` is the sealed head. Memory does not
    grow with the size of records and attachments, only with the number of attachments.
    """

    def __init__(self, file: BinaryIO, case: Mapping[str, Any]) -> None:
        self.wanted: dict[str, int] = {}
        self._case = case
        self._file = file
        self._hashes: dict[str, str] = {}
        self._bytes = 0
        self._count = 0
        self._base = f"case-{case['case_id']}/"
        self._zip = zipfile.ZipFile(file, "w", zipfile.ZIP_STORED)
        self._index: IO[bytes] = SpooledTemporaryFile(SPOOLED)  # noqa: SIM115 - see __exit__
        self._page: IO[bytes] = SpooledTemporaryFile(SPOOLED)  # noqa: SIM115
        self._page.write(page_head(case).encode())
        self._write("bagit.txt", [BAGIT.encode()])
        self._records = _Entry(self._zip, self._base + RECORDS)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._records.close()
        self._zip.close()
        self._index.close()
        self._page.close()

    def add_record(self, record: Mapping[str, Any]) -> None:
        """Add the next record, with its `leaf` and `chain`.

        Raises:
            BundleError: a record or the case is larger than a verifier accepts.
        """
        line = canonical(dict(record)) + b"\n"
        self._count += 1
        if len(line) >= MAX_LINE or self._count > MAX_RECORDS:
            raise BundleError(f"record {record['sequence']} is beyond what a bundle may hold")
        self._records.write(line)
        listed = {name: record[name] for name in ("sequence", "id", "kind", "leaf")}
        self._index.write(canonical(listed) + b"\n")
        if self._count <= MOST_RECORDS:
            self._page.write(page_record(record).encode())
        for item in record["attachments"]:
            self.wanted[item["sha256"]] = item["size"]

    def add_attachment(self, sha256: str, chunks: Iterable[bytes]) -> None:
        """Add the content of an attachment, after the last record.

        Raises:
            BundleError: no record names it, or the content is not what its hash says.
        """
        if sha256 not in self.wanted:
            raise BundleError(f"no record names the attachment {sha256}")
        self._end_records()
        if self._write(ATTACHMENTS + sha256, chunks) != sha256:
            raise BundleError(f"the attachment {sha256} is damaged in the store")

    def finish(self, seal: Mapping[str, Any]) -> None:
        """Write the rest and close the zip.

        Raises:
            BundleError: an attachment is missing, or there are more than a bundle may hold.
        """
        missing = [sha256 for sha256 in self.wanted if ATTACHMENTS + sha256 not in self._hashes]
        if missing:
            raise BundleError(f"the attachment {missing[0]} is missing in the bundle")
        if len(self.wanted) + OTHER_FILES > MAX_FILES:
            raise BundleError(f"more attachments than the {MAX_FILES} files a bundle may hold")
        self._end_records()
        mark = fingerprint(seal)
        self._page.write(page_foot(seal, mark).encode())
        self._write(INDEX, _chunks(self._index))
        self._write("data/index.html", _chunks(self._page))
        self._write("data/README.txt", [README.encode()])
        document = {"case": dict(self._case), "fingerprint": mark, "format": FORMAT}
        document["seal"] = dict(seal)
        self._write(CASE, [canonical(document) + b"\n"])
        payload = {name: sha for name, sha in self._hashes.items() if name.startswith(PAYLOAD)}
        self._write(MANIFEST, [_manifest(payload)])
        self._write("bag-info.txt", [self._bag_info(seal, mark, len(payload)).encode()])
        self._write("verify.py", [standalone()])
        tags = {name: sha for name, sha in self._hashes.items() if name not in payload}
        self._write(TAG_MANIFEST, [_manifest(tags)])
        self._close_zip()

    def _end_records(self) -> None:
        if RECORDS not in self._hashes:
            self._records.close()
            self._hashes[RECORDS] = self._records.hexdigest()
            self._bytes += self._records.size

    def _write(self, name: str, chunks: Iterable[bytes]) -> str:
        with closing(_Entry(self._zip, self._base + name)) as entry:
            for chunk in chunks:
                entry.write(chunk)
        self._hashes[name] = entry.hexdigest()
        if name.startswith(PAYLOAD):
            self._bytes += entry.size
        return self._hashes[name]

    def _bag_info(self, seal: Mapping[str, Any], mark: str, files: int) -> str:
        title = " ".join(str(self._case.get("title", "")).split())
        return (
            f"Bag-Software-Agent: Groundswell ({FORMAT})\n"
            f"Bagging-Date: {seal['sealed_at'][:10]}\n"
            f"External-Description: {title or seal['case_id']}\n"
            f"External-Identifier: {seal['case_id']}\n"
            f"Groundswell-Seal: {mark}\n"
            f"Payload-Oxum: {self._bytes}.{files}\n"
        )

    def _close_zip(self) -> None:
        """End the zip with the digest of all before it: a byte flipped anywhere is seen."""
        placeholder = zip_comment("0" * 64)
        self._zip.comment = placeholder
        self._zip.close()
        end = self._file.seek(0, 2) - len(placeholder)
        hasher, left = hashlib.sha256(), end
        self._file.seek(0)
        while left:
            chunk = self._file.read(min(CHUNK, left))
            hasher.update(chunk)
            left -= len(chunk)
        self._file.seek(end)
        self._file.write(zip_comment(hasher.hexdigest()))


class _Entry:
    """One file of the zip while it is written, with its hash and size."""

    def __init__(self, archive: zipfile.ZipFile, name: str) -> None:
        info = zipfile.ZipInfo(name, NO_TIME)
        info.create_system = 3  # Unix, on every system: the same bytes
        info.external_attr = 0o100644 << 16
        self.size = 0
        self._hasher = hashlib.sha256()
        # Sizes are not known beforehand, and may pass 4 GiB.
        self._stream = archive.open(info, "w", force_zip64=True)

    def write(self, chunk: bytes) -> None:
        self._stream.write(chunk)
        self._hasher.update(chunk)
        self.size += len(chunk)

    def close(self) -> None:
        self._stream.close()

    def hexdigest(self) -> str:
        return self._hasher.hexdigest()


def _chunks(stream: IO[bytes]) -> Iterable[bytes]:
    stream.seek(0)
    return iter(lambda: stream.read(CHUNK), b"")


def _manifest(hashes: Mapping[str, str]) -> bytes:
    return "".join(f"{hashes[name]}  {name}\n" for name in sorted(hashes)).encode()
