"""Work on what strangers send, in a process of its own that may be killed.

Such a process has little memory, little time, and knows no setting and no secret.
"""

import asyncio
import resource
import sys
from contextlib import suppress
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]


class ConfinedError(Exception):
    """The process did not come to an end within its limits."""


def confine(*, cpu_seconds: int, memory: int) -> None:
    """Limit this process: seconds of computing time, bytes of memory; it writes no file."""
    limits = {
        resource.RLIMIT_CPU: cpu_seconds,
        resource.RLIMIT_AS: memory,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
    }
    for limit, value in limits.items():
        # Some systems do not know all of them, or have set one lower already.
        with suppress(ValueError, OSError):
            resource.setrlimit(limit, (value, value))


async def run_confined(module: str, *arguments: str, document: bytes, seconds: float) -> bytes:
    """What `python -m module arguments` writes when it reads `document`.

    The module confines itself; here it is killed after `seconds` all the same, which is more than
    its computing time: it may have to wait for a processor.

    Raises:
        ConfinedError: it failed, or took too long.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        module,
        *arguments,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        cwd=_ROOT,
        env={"PYTHONUTF8": "1"},
    )
    try:
        async with asyncio.timeout(seconds):
            said, _ = await process.communicate(document)
    except TimeoutError as error:
        raise ConfinedError(f"{module} took too long") from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        raise ConfinedError(f"{module} ended with {process.returncode}")
    return said
