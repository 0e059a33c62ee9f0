"""`groundswell classify` on a long file: answers as it goes, and no more memory at the end."""

import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO

import psutil
import pytest

from services.analysis.engines.registry import known_models

ROOT = Path(__file__).parents[2]
PROGRAM = (
    "import typer; from services.analysis.cli import classify;"
    "app = typer.Typer(); app.command()(classify); app()"
)
LINES = 10_000
# By then every size of batch has been seen.
WARM = 2_000
MOST_GROWTH = 24 << 20

POSTS = [
    json.loads(line)["text"]
    for line in (Path(__file__).parent / "domain" / "posts.jsonl").read_text("utf-8").splitlines()
]


def write(stdin: IO[bytes]) -> None:
    for number in range(LINES):
        text = POSTS[number % len(POSTS)] * (1 + number % 3)
        line = json.dumps({"id": number, "text": text}, ensure_ascii=False)
        stdin.write(line.encode() + b"\n")
    stdin.close()


@pytest.mark.parametrize("model", known_models())
def test_ten_thousand_lines_take_the_memory_of_two_thousand(model: str) -> None:
    command = [sys.executable, "-c", PROGRAM, "--task", "sentiment", "--model", model]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        writer = threading.Thread(target=write, args=(process.stdin,), daemon=True)
        writer.start()
        watched = psutil.Process(process.pid)
        warm = 0
        largest = 0
        for number, line in enumerate(process.stdout):
            assert json.loads(line)["id"] == number
            if number == WARM:
                warm = watched.memory_info().rss
            elif number > WARM and number % 500 == 0:
                largest = max(largest, watched.memory_info().rss)
        writer.join()
        assert process.wait() == 0
    assert number == LINES - 1
    assert largest < warm + MOST_GROWTH
