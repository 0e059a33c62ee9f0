"""Reading a bundle that a stranger made: names, kinds and sizes are judged before any content.

Nothing is unpacked to disk. This file travels inside every bundle (Python 3.8, standard library
only).
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, Any

from services.archive.casefiles.chain import shown

CHUNK = 1 << 20
# A record, a line of a manifest, the head of a case. Text; pictures and films are attachments.
MAX_LINE = 8 << 20
MAX_FILES = 100_000
# What `MAX_FILES` entries need in the directory of a zip file, with room to spare.
MAX_DIRECTORY = 32 << 20
# Deflate reaches 1,032; a case packed anew, with a hash in each record, stays below 20.
MAX_RATIO = 200
SMALL = 64 << 20
SAFE_NAME = re.compile(r"(?:\w[\w.-]*/)*\w[\w.-]*", re.ASCII)
MARKERS = ("bagit.txt", "manifest-sha256.txt", "data/case.json")
# What Python's readers raise on damaged files.
READ_ERRORS = (
    OSError,
    EOFError,
    ValueError,
    RuntimeError,
    OverflowError,
    zlib.error,
    zipfile.BadZipFile,
)


class Refused(Exception):
    """The bundle is damaged or dangerous: it is not read any further."""


class NotABundle(Exception):
    """There is nothing to verify here."""


class Bundle:
    """The files below the bundle's base folder: their `sizes` by name, and ways to read them.

    `damage` says what is wrong with the container, when it is known to be.
    """

    def __init__(
        self, sizes: dict[str, int], opener: Callable[[str], IO[bytes]], damage: str = ""
    ) -> None:
        places = [name[: -len(end)] for end in MARKERS for name in sizes if name.endswith(end)]
        bases = [place for place in places if not place or place.find("/") == len(place) - 1]
        if not bases:
            raise NotABundle("it holds no bagit.txt")
        if len(sizes) > MAX_FILES:
            raise Refused(f"dangerous: more than {MAX_FILES} files")
        for name in sizes:
            if not SAFE_NAME.fullmatch(name) or not name.startswith(bases[0]) or len(name) > 255:
                raise Refused(f"dangerous: a file is named {shown(name)}")
        if len({name.lower() for name in sizes}) < len(sizes):
            raise Refused("dangerous: two files of one name")
        self.sizes = {name[len(bases[0]) :]: size for name, size in sizes.items()}
        self.damage = damage
        self._base = bases[0]
        self._opener = opener

    def lines(self, name: str) -> Iterator[bytes]:
        """Read a text file line by line, each with its end of line.

        Raises:
            ValueError: the file is missing, or a line is longer than `MAX_LINE`; others of
                `READ_ERRORS` where the file is damaged.
        """
        if name not in self.sizes:
            raise ValueError("missing")
        with self._opener(self._base + name) as stream:
            for line in iter(lambda: stream.readline(MAX_LINE), b""):
                if len(line) == MAX_LINE:
                    raise ValueError("a line is too long")
                yield line

    def sha256(self, name: str) -> str:
        """Hash one file, hex; raises one of `READ_ERRORS` where it is damaged."""
        with self._opener(self._base + name) as stream:
            return _sha256(stream, self.sizes[name])


@contextmanager
def open_bundle(path: str) -> Iterator[Bundle]:
    """Open a zip file or an unpacked folder, for as long as the context lasts.

    Raises:
        NotABundle: no such file, or something else than a case bundle.
        Refused: damaged or dangerous.
    """
    if os.path.isdir(path):
        yield _from_folder(path)
        return
    if not os.path.isfile(path):
        raise NotABundle("no such file")
    with _Bounded(io.FileIO(path)) as file:
        if file.read(2) != b"PK":
            raise NotABundle("neither a zip file nor a folder")
        try:
            bundle = _from_zip(file, os.path.getsize(path))
        except READ_ERRORS as error:
            raise Refused(f"the zip file is damaged: {shown(error)}") from None
        yield bundle


def _from_folder(folder: str) -> Bundle:
    sizes = {}
    for where, folders, files in os.walk(folder):
        for path in (os.path.join(where, name) for name in folders + files):
            found, name = os.lstat(path), os.path.relpath(path, folder).replace(os.sep, "/")
            if stat.S_ISREG(found.st_mode):
                sizes[name] = found.st_size
            elif not stat.S_ISDIR(found.st_mode):
                raise Refused(f"dangerous: {shown(name)} is a link or a device")
    return Bundle(sizes, lambda name: open(os.path.join(folder, name), "rb"))


def _from_zip(file: _Bounded, size: int) -> Bundle:
    archive = zipfile.ZipFile(file)
    infos = {info.filename: info for info in archive.infolist() if not info.is_dir()}
    sizes = {name: info.file_size for name, info in infos.items()}
    if len(set(archive.namelist())) < len(archive.namelist()):
        raise Refused("dangerous: two files of one name")
    for name, info in infos.items():
        if wrong := _wrong_with(info):
            raise Refused(f"dangerous: {shown(name)} is {wrong}")
        # SHA-256 says more, and an error in the CRC would hide the content before it.
        del info.CRC
    packed = sum(info.compress_size for info in infos.values())
    if packed > size or sum(sizes.values()) > MAX_RATIO * size + SMALL:
        raise Refused("dangerous: more content than a file of this size can honestly hold")
    # The exporter's digest of everything before it. A bundle packed anew has none: no harm.
    end = archive.comment
    damage = ""
    if end:
        file.seek(0)
        if end != zip_comment(_sha256(file, size - len(end))):
            damage = "the zip file was changed after the export"
    return Bundle(sizes, lambda name: _buffered(archive.open(infos[name])), damage)


def zip_comment(sha256: str) -> bytes:
    """Give the comment at the end of an exported zip file: the hash of all bytes before it."""
    return f"sha256:{sha256}".encode()


def _wrong_with(info: zipfile.ZipInfo) -> str:
    if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG):
        return "a link or a device"
    if info.flag_bits & 1:
        return "encrypted"
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "packed in an unusual way"
    return ""


def _buffered(stream: Any) -> IO[bytes]:
    return io.BufferedReader(stream, CHUNK)


def _sha256(stream: IO[bytes], size: int) -> str:
    hasher = hashlib.sha256()
    while size > 0:
        chunk = stream.read(min(CHUNK, size))
        if not chunk:
            raise ValueError("it is shorter than it says")
        hasher.update(chunk)
        size -= len(chunk)
    return hasher.hexdigest()


class _Bounded(io.BufferedReader):
    """A file not read in huge pieces, as the directory of a forged zip file would have it."""

    def read(self, size: int | None = -1) -> bytes:
        if size is not None and size > MAX_DIRECTORY:
            raise Refused("dangerous: the directory of the zip file is too large")
        return super().read(MAX_DIRECTORY if size is None or size < 0 else size)
