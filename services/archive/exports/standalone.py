"""The verifier as one file that needs this project no more: its parts joined, imports removed."""

import ast
from importlib.resources import files

# (package, file), each before those that use it; the last is the program with its description.
PARTS = (
    ("services.archive.casefiles", "canonical.py"),
    ("services.archive.casefiles", "hashing.py"),
    ("services.archive.casefiles", "chain.py"),
    ("services.archive.exports", "reading.py"),
    ("services.archive.exports", "checks.py"),
    ("services.archive.exports", "verify.py"),
)
FUTURE = "from __future__ import annotations"


def standalone() -> bytes:
    """Write the program `verify.py` as every bundle carries it: the same bytes in each export."""
    sources = [(name, (files(package) / name).read_text("utf-8")) for package, name in PARTS]
    head = sources[-1][1].partition(FUTURE)[0]
    parts = [f"# --- {name}\n\n{_body(source)}" for name, source in sources]
    return "\n\n".join([f"{head}{FUTURE}\n", *parts]).encode()


def _body(source: str) -> str:
    """Drop the description of a module, and what it imports from the project."""
    lines = source.splitlines(keepends=True)
    module = ast.parse(source)
    for node in module.body:
        described = node is module.body[0]
        project = isinstance(node, ast.ImportFrom) and str(node.module).startswith(
            ("services.", "__future__")
        )
        if described or project:
            for at in range(node.lineno - 1, node.end_lineno or node.lineno):
                lines[at] = ""
    return "".join(lines).strip() + "\n"
