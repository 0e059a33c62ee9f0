#!/usr/bin/env python3
"""Verify a Groundswell case bundle. Needs Python 3.8 or later and nothing else.

    python verify.py                      the bundle that this file lies in
    python verify.py BUNDLE               a .zip file or an unpacked folder
    python verify.py BUNDLE --seal HEX    and compare with a seal that was noted elsewhere

One line for each problem, then one line of summary. Exit status: 0 verified, 1 not verified,
2 wrong call. Nothing is unpacked to disk.

Whoever forges a bundle can forge the program in it: take this file from a source that you trust.
Records and seal written anew alike look sound; only a seal (or chain value) noted elsewhere shows
it. Not under the seal, for reading only: data/index.html, data/README.txt, bag-info.txt.
"""

from __future__ import annotations

import argparse
import os
import re
import sys

from services.archive.casefiles.chain import shown
from services.archive.exports.checks import Verification
from services.archive.exports.reading import NotABundle, Refused, open_bundle

# More lines than this tell a reader nothing new.
SHOWN = 200


def verify(path: str, noted: str | None = None) -> tuple[list[str], int]:
    """Give the lines to show (problems, then the summary) and the exit status."""
    try:
        with open_bundle(path) as bundle:
            return _verdict(path, Verification(bundle), noted)
    except NotABundle as error:
        return [f"{path} is no case bundle: {error}"], 2
    except Refused as error:
        return [str(error), f"NOT VERIFIED {path}: refused"], 1


def _verdict(path: str, found: Verification, noted: str | None) -> tuple[list[str], int]:
    try:
        found.run(noted)
    except Refused as error:
        lines = [*map(str, found.problems), str(error)]
        return [*lines, f"NOT VERIFIED {path}: {len(lines)} problems"], 1
    return _told(found, noted), 1 if found.problems else 0


def _told(found: Verification, noted: str | None) -> list[str]:
    count, seal = len(found.problems), found.seal
    case = f"case {shown(seal['case_id'])}"
    if count:
        lines = [str(problem) for problem in found.problems[:SHOWN]]
        more = [f"... and {count - SHOWN} more"] if count > SHOWN else []
        return [*lines, *more, f"NOT VERIFIED {case}: {count} problem{'s' * (count > 1)}"]
    held = f"{seal['record_count']} records and {len(found.used)} attachments"
    state = "closed and sealed" if seal["final"] else "still open, sealed so far"
    if noted and found.noted_at:
        said = f"up to record {found.noted_at} as noted elsewhere"
    else:
        said = "as noted elsewhere" if noted else "compare it with the one noted elsewhere"
    at = shown(seal["sealed_at"])
    return [f"VERIFIED {case}: {held}, {state} at {at}; seal {found.fingerprint}, {said}"]


def main(arguments: list[str] | None = None) -> int:
    """Run the program: `arguments` as on the command line."""
    parser = argparse.ArgumentParser(
        prog="verify.py", description="Verify a Groundswell case bundle, offline."
    )
    parser.add_argument("bundle", nargs="?", help="a .zip file or an unpacked folder")
    parser.add_argument("--seal", metavar="HEX", help="a seal or chain value noted elsewhere")
    given = parser.parse_args(arguments)
    noted = given.seal.strip().lower() if given.seal else None
    if noted is not None and not re.fullmatch("[0-9a-f]{64}", noted):
        parser.error("--seal takes the 64 hex digits of a seal or chain value")
    lines, status = verify(given.bundle or _lies_in(), noted)
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    return status


def _lies_in() -> str:
    """The folder this file lies in, or the zip file when Python runs it from inside one."""
    here = os.path.dirname(os.path.abspath(__file__))
    while not os.path.exists(here):
        here = os.path.dirname(here)
    return here


if __name__ == "__main__":
    sys.exit(main())
