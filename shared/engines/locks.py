"""Locks on files that the kernel gives back when their holder dies, however it dies."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path
from types import TracebackType

from shared.engines.errors import RightMissing

_PAUSE = 0.02


class FileLock:
    """An advisory lock (flock) on a file that is made on demand and can be removed while held."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    @property
    def held(self) -> bool:
        """Whether this object holds the lock."""
        return self._descriptor is not None

    def acquire(self, *, shared: bool = False, timeout: float | None = None) -> bool:
        """Take the lock; wait `timeout` seconds for it (None: for ever). False: not taken."""
        if self.held:
            return True
        deadline = None if timeout is None else time.monotonic() + timeout
        while not self._try(fcntl.LOCK_SH if shared else fcntl.LOCK_EX):
            if deadline is not None and time.monotonic() >= deadline:
                return False
            time.sleep(_PAUSE)
        return True

    def write(self, text: str) -> None:
        """Leave a word about the holder (a process id) in the locked file."""
        if self._descriptor is not None:
            os.ftruncate(self._descriptor, 0)
            os.pwrite(self._descriptor, text.encode("ascii"), 0)

    def release(self, *, remove: bool = False) -> None:
        """Give the lock back; `remove` takes the file away first (exclusive holders only)."""
        if self._descriptor is None:
            return
        if remove:
            self._path.unlink(missing_ok=True)
        os.close(self._descriptor)
        self._descriptor = None

    def __enter__(self) -> FileLock:
        self.acquire()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.release(remove=True)

    def _try(self, mode: int) -> bool:
        try:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        except PermissionError as error:
            raise RightMissing(
                f"{self._path} belongs to another user. Run as that user, or remove it."
            ) from error
        try:
            fcntl.flock(descriptor, mode | fcntl.LOCK_NB)
            # The holder before may have removed the file: a lock on a nameless file guards nothing.
            if os.fstat(descriptor).st_ino == os.stat(self._path).st_ino:
                self._descriptor = descriptor
                return True
        except (BlockingIOError, FileNotFoundError):
            pass
        os.close(descriptor)
        return False


def is_held(path: Path) -> bool:
    """Whether some process holds the lock on `path` in any way."""
    return not _probe(path, fcntl.LOCK_EX)


def is_shared(path: Path) -> bool:
    """Whether some process holds the lock on `path` together with whoever else wants to."""
    return _probe(path, fcntl.LOCK_SH) and is_held(path)


def remove_if_free(path: Path) -> None:
    """Take away the file of a lock that a killed holder left."""
    lock = FileLock(path)
    if path.exists() and lock.acquire(timeout=0):
        lock.release(remove=True)


def _probe(path: Path, mode: int) -> bool:
    try:
        descriptor = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return True
    try:
        fcntl.flock(descriptor, mode | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)
    return True
