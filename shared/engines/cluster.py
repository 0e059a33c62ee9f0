"""Making a PostgreSQL cluster: as whom, in which locale, with a password from the first moment."""

from __future__ import annotations

import locale
import os
import pwd
import shutil
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from shared.engines.engine import NAMESPACE, SAME, clean_environment, leashed
from shared.engines.errors import EngineFailed, telling_line

OWNER = "groundswell"
DATABASE = "groundswell"
_NOBODY = "65534:65534"
_PGHBA = "host all all 127.0.0.1/32 scram-sha-256\n"


@dataclass(frozen=True)
class Cluster:
    """A folder of data, and the programs of the version that reads it."""

    data: Path
    programs: Path
    version: int

    @property
    def identity(self) -> str:
        """As whom its programs run: as the owner of the data."""
        return next(_identities(self.data))

    def create(self, password: str) -> None:
        """Make the cluster with one role, whose password this is, and its database.

        Raises:
            EngineFailed: it cannot be made here; the message has the reason.
        """
        # Made aside and moved when whole: a start that was killed leaves no half of a cluster.
        fresh = Cluster(self.data.with_name(self.data.name + ".new"), self.programs, self.version)
        reason = ""
        for identity in _identities(self.data):
            shutil.rmtree(fresh.data, ignore_errors=True)
            fresh.data.mkdir(mode=0o700)
            if ":" in identity:
                _open_to(fresh.data, identity)
            try:
                fresh._initialise(identity)
                fresh.set_password(password)
                fresh._execute(f"CREATE DATABASE {DATABASE}")
            except EngineFailed as error:
                reason = str(error)
                continue
            fresh.data.rename(self.data)
            return
        raise EngineFailed(
            f"PostgreSQL could not create its database: {reason}. Start as an ordinary user, "
            "or set GROUNDSWELL_DATABASE_URL."
        )

    def set_password(self, password: str) -> None:
        """Give the owner another password; the server must not run.

        Raises:
            EngineFailed: the data cannot be opened.
        """
        self._execute(f"ALTER ROLE {OWNER} PASSWORD '{password}'")

    def _initialise(self, identity: str) -> None:
        # The builtin provider sorts alike on every machine, and never changes under an index.
        builtin = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8")
        self._run(
            identity,
            "initdb",
            f"--pgdata={self.data}",
            f"--username={OWNER}",
            "--auth=reject",  # until the password is set: a cluster is never open to anyone
            "--encoding=UTF8",
            "--locale=C",
            # With the ctype C, trigram search silently indexes no Chinese at all.
            f"--lc-ctype={_utf8_locale()}",
            *(builtin if self.version >= 17 else ()),
        )
        (self.data / "pg_hba.conf").write_text(_PGHBA)

    def _execute(self, statement: str) -> None:
        """Run a statement with no server and no network: a password never leaves this pipe."""
        single = ("--single", "-D", str(self.data), "-c", "exit_on_error=on", "postgres")
        self._run(self.identity, "postgres", *single, stdin=statement + "\n")

    def _run(self, identity: str, program: str, *arguments: str, stdin: str = "") -> None:
        answer = subprocess.run(  # noqa: S603
            leashed([str(self.programs / program), *arguments], identity, signal.SIGKILL),
            input=stdin,
            capture_output=True,
            text=True,
            env=clean_environment(),
            check=False,
        )
        if answer.returncode != 0:
            raise EngineFailed(telling_line(answer.stderr or answer.stdout))


def _identities(data: Path) -> Iterator[str]:
    """As whom PostgreSQL can run: as we are, or, for root, the ways out of being root."""
    if os.geteuid() != 0:
        yield SAME if _has_name(os.geteuid()) else NAMESPACE
    elif data.exists():
        owner = data.stat()
        yield NAMESPACE if owner.st_uid == 0 else f"{owner.st_uid}:{owner.st_gid}"
    else:
        yield NAMESPACE
        # Where namespaces are forbidden (many containers), or the folder is another user's.
        above = data.parent.parent.stat()
        if above.st_uid != 0:
            yield f"{above.st_uid}:{above.st_gid}"
        yield _NOBODY


def _has_name(user: int) -> bool:
    """Whether the system knows the user; `initdb` refuses ids that it does not."""
    try:
        pwd.getpwuid(user)
    except KeyError:
        return False
    return True


def _open_to(folder: Path, identity: str) -> None:
    user, _, group = identity.partition(":")
    os.chown(folder, int(user), int(group))
    # To pass through, not to look around: secrets, logs and the rest stay closed.
    folder.parent.chmod(0o711)


def _utf8_locale() -> str:
    before = locale.setlocale(locale.LC_CTYPE)
    for name in ("C.UTF-8", "C.utf8", "en_US.UTF-8"):
        try:
            locale.setlocale(locale.LC_CTYPE, name)
        except locale.Error:
            continue
        locale.setlocale(locale.LC_CTYPE, before)
        return name
    return "C"
