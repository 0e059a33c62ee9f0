"""The verbs `groundswell verify` and `groundswell export-case`."""

import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

import typer

from services.archive.exports import verify as program
from shared.cli.client import Client
from shared.errors import GroundswellError


def verify(
    path: Annotated[Path, typer.Argument(help="A bundle: a .zip file or an unpacked folder.")],
    seal: Annotated[
        str | None, typer.Option(help="A seal or chain value noted elsewhere, to compare with.")
    ] = None,
) -> None:
    """Check a case bundle offline: 0 verified, 1 not verified, 2 wrong call."""
    raise typer.Exit(program.main([*(["--seal", seal] if seal else []), "--", str(path)]))


def export_case(
    case_id: Annotated[str, typer.Argument(help="The case to export.")],
    out: Annotated[Path, typer.Argument(help="The .zip file to write.")],
) -> None:
    """Fetch a case as a bundle through the gateway, and verify it."""
    with Client.from_environment() as client:
        _save(client.read(f"/api/v1/cases/{quote(case_id, safe='')}/export"), out)
    raise typer.Exit(program.main(["--", str(out)]))


def _save(chunks: Iterable[bytes], out: Path) -> None:
    """Write `out`, which appears (or replaces what was there) when it is complete."""
    try:
        with tempfile.TemporaryDirectory(dir=out.parent, prefix=f".{out.name}.") as folder:
            part = Path(folder) / "part"
            with part.open("wb") as file:
                file.writelines(chunks)
            part.replace(out)
    except OSError as error:
        raise GroundswellError(f"{out} cannot be written: {error.strerror}.") from error
