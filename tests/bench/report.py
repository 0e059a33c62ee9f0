"""What the benchmarks say: measures for programs, progress for people."""

import json
import os
import platform
import sys
import time
from typing import Any

_BEGAN = time.monotonic()


def measure(bench: str, value: float, unit: str, **context: Any) -> None:
    """Write one measure: a line of JSON on standard output."""
    line = {"bench": bench, "value": _rounded(value), "unit": unit}
    line |= {name: _rounded(each) for name, each in context.items()}
    line |= {
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "load_average": _rounded(os.getloadavg()[0]),
    }
    sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def say(words: str) -> None:
    """Tell people what goes on."""
    sys.stderr.write(f"{time.monotonic() - _BEGAN:6.1f} s  {words}\n")
    sys.stderr.flush()


def _rounded(value: Any) -> Any:
    return float(f"{value:.4g}") if isinstance(value, float) else value
