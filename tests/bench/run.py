"""`make bench`: measures of the real system, JSON lines on standard output, progress on the other.

python tests/bench/run.py [models] [surge] [stories] [warnings] [throughput] [latency] [ratios]
"""

import runpy
import sys
from pathlib import Path

if __name__ == "__main__":
    # Started as a file: the repository is not on the path yet.
    sys.path[0] = str(Path(__file__).resolve().parents[2])
    runpy.run_module("tests.bench", run_name="__main__")
