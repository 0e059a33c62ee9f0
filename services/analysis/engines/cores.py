"""How many cores this process was granted: threads beyond that number only wait for each other."""

import os
from math import ceil
from pathlib import Path

_CPU_MAX = Path("/sys/fs/cgroup/cpu.max")


def granted_cores(cpu_max: Path = _CPU_MAX) -> int:
    """Count the cores that affinity and the control group allow, at least 1.

    `cpu_max` holds "quota period" in microseconds or "max period" (Linux, cgroup v2, cpu.max).
    """
    affine = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    cores = affine or 1
    try:
        quota, period = cpu_max.read_text(encoding="ascii").split()
    except (OSError, ValueError):
        return cores
    return cores if quota == "max" else max(1, min(cores, ceil(int(quota) / int(period))))
