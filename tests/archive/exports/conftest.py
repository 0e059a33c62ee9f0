"""Bundles, and the tools of somebody who tampers with them."""

import hashlib
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from services.archive.exports.bundle import BundleWriter
from services.archive.exports.verify import verify

CASE_ID = "0193b6a2-0000-7000-8000-000000000001"


@dataclass
class Workshop:
    """Writes honest bundles, takes them apart, and puts them together again."""

    folder: Path

    def export(self, case: Any, name: str = "case.zip") -> Path:
        out = self.folder / name
        with out.open("w+b") as file, BundleWriter(file, case.head) as bundle:
            for record in case.records:
                bundle.add_record(record)
            for sha256 in bundle.wanted:
                bundle.add_attachment(sha256, [case.attachments[sha256]])
            bundle.finish(case.seal)
        return out

    def files(self, case: Any) -> dict[str, bytes]:
        """The files of a bundle by name, without the base folder."""
        with zipfile.ZipFile(self.export(case, "taken-apart.zip")) as archive:
            names = archive.namelist()
            return {name.partition("/")[2]: archive.read(name) for name in names}

    def pack(self, files: dict[str, bytes], name: str = "forged.zip", how: int = 0) -> Path:
        out = self.folder / name
        with zipfile.ZipFile(out, "w", how) as archive:
            for inner, content in files.items():
                archive.writestr(f"case-{CASE_ID}/{inner}", content)
        return out

    def verdict(
        self, files: dict[str, bytes], noted: str | None = None, *, refit: bool = False
    ) -> tuple[list[str], int]:
        """Verify forged files; `refit` makes the BagIt manifests agree with them first."""
        return verify(str(self.pack(refitted(files) if refit else files)), noted)


def refitted(files: dict[str, bytes]) -> dict[str, bytes]:
    """What an attacker does who knows BagIt: write the manifests anew."""
    done = dict(files)
    for manifest in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
        payload = manifest.startswith("manifest")
        names = sorted(
            name
            for name in done
            if name.startswith("data/") == payload and name != "tagmanifest-sha256.txt"
        )
        lines = (f"{hashlib.sha256(done[name]).hexdigest()}  {name}\n" for name in names)
        done[manifest] = "".join(lines).encode()
    return done


@pytest.fixture(scope="session")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    return Workshop(tmp_path_factory.mktemp("bundles"))


@pytest.fixture(scope="session")
def honest(workshop: Workshop, make_case: Callable[..., Any]) -> dict[str, bytes]:
    """The files of the sample case's bundle. Copy before changing."""
    return workshop.files(make_case())
