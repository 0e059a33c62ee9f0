"""Processes that hold much look for garbage seldom, and still find it."""

import subprocess
import sys

_ENDLESS = """
import gc, resource
from shared.garbage import collect_seldom

class Link:
    def __init__(self):
        self.own, self.load = self, bytearray(1_000)

collect_seldom()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for _ in range(1_000_000):
    Link()
grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1_000
assert gc.get_stats()[0]["collections"] < 100
print(round(grown))
"""


def test_a_gigabyte_of_cycles_is_collected_in_time() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _ENDLESS],
        env={"PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(done.stdout) < 150, "megabytes"
