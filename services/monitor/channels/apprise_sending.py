"""Apprise, in a process of its own: it is synchronous, knows a hundred services, and follows the
URLs that people type."""

import json
from typing import Any

from services.monitor.channels.apprise_process import CPU_SECONDS
from services.monitor.confinement import ConfinedError, run_confined

_PROCESS = "services.monitor.channels.apprise_process"
# Together with the claim it stays below the lease of a delivery.
_SECONDS = 15.0


class AppriseError(Exception):
    """The message did not arrive, or the URL is none; the message says why, without the URL."""


async def describe(url: str) -> str:
    """What may be shown of an apprise URL: its scheme and the name of the service.

    Raises:
        AppriseError: apprise does not know such a URL.
    """
    said = await _run({"url": url}, CPU_SECONDS + 3.0)
    return str(said["service"])


async def notify(
    url: str, *, title: str, forms: dict[str, str], allow_private: bool, seconds: float = _SECONDS
) -> None:
    """Send a message; `forms` are those of a letter: the service gets the one that fits it, whole
    or cut at its end, and where it takes a few hundred characters the title and the link.

    Raises:
        AppriseError: it did not arrive, or nobody knows.
    """
    order = {"url": url, "title": title, "forms": forms, "allow_private": allow_private}
    await _run(order, seconds)


async def _run(order: dict[str, Any], seconds: float) -> dict[str, Any]:
    try:
        said = await run_confined(_PROCESS, document=json.dumps(order).encode(), seconds=seconds)
    except ConfinedError as error:
        raise AppriseError(f"No answer within {seconds:.0f} seconds.") from error
    answer: dict[str, Any] = json.loads(said)
    if answer.get("error"):
        raise AppriseError(str(answer["error"]))
    return answer
