"""What the verbs are given: people, files, shares, times."""

import getpass
import hashlib
import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import yaml

from shared.contracts.actors import ActorRef
from shared.errors import GroundswellError


class ModelCallError(GroundswellError):
    """The call does not fit: a file that cannot be read, a share that is none."""


def person(name: str) -> ActorRef:
    """Who sits at the shell: said, or as the system knows them."""
    called = name or os.environ.get("SUDO_USER") or _user()
    return ActorRef(id=f"shell:{called}", name=called)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # in a container under an id that has no name
        return f"user {os.getuid()}"


def read_labels(file: Path) -> Mapping[str, str]:
    """A label map, from a YAML file.

    Raises:
        ModelCallError: it cannot be read, or holds none.
    """
    try:
        said = yaml.safe_load(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ModelCallError(
            f"{file} cannot be read as YAML: {error}".replace("\n", " ")
        ) from error
    if not isinstance(said, dict) or not said:
        raise ModelCallError(f"{file} holds no labels; write lines such as LABEL_0: negative.")
    return {str(theirs): str(ours) for theirs, ours in said.items()}


def read_share(said: str) -> float:
    """A share of all posts; 0 for "off".

    Raises:
        ModelCallError: it is none.
    """
    if said == "off":
        return 0.0
    try:
        share = float(said)
    except ValueError:
        share = -1.0
    if not 0 < share <= 1:
        raise ModelCallError(f"--share {said}: write a number above 0, up to 1, or off.")
    return share


def read_moment(moment: datetime | None) -> datetime | None:
    """A time without a zone is one of this machine."""
    return moment.astimezone() if moment else None


def hash_file(file: Path) -> str:
    """SHA-256 over the bytes of a file."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def write_page(file: Path, page: str) -> None:
    """Write a page.

    Raises:
        ModelCallError: the file cannot be written.
    """
    try:
        file.write_text(page, encoding="utf-8")
    except OSError as error:
        raise ModelCallError(f"{file} cannot be written: {error.strerror}.") from error
