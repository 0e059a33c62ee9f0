"""The process in which messages are parsed: `python -m …connectors.mail_process`.

They come in on standard input, each after its length (4 bytes, the highest first); they go out on
standard output as JSON: `{"mails": [{...} or null]}`, in the same order.
"""

import json
import struct
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict

from services.monitor.confinement import ConfinedError, confine, run_confined
from services.monitor.sources.connectors.mails import Mail, try_mail

_PROCESS = "services.monitor.sources.connectors.mail_process"
_CPU_SECONDS = 5
_MEMORY = 512 * 1024 * 1024
_SECONDS = _CPU_SECONDS + 3.0


async def read_mails_apart(
    raws: Sequence[bytes], *, seconds: float = _SECONDS
) -> list[Mail | None]:
    """Each message as `try_mail` reads it, in a process of its own; None where it cannot be read.

    One message that ends the process takes nothing with it: then each is read alone.
    """
    document = b"".join(struct.pack(">I", len(raw)) + raw for raw in raws)
    try:
        said = await run_confined(_PROCESS, document=document, seconds=seconds)
    except ConfinedError:
        if len(raws) == 1:
            return [None]
        alone = [await read_mails_apart([raw], seconds=seconds / len(raws)) for raw in raws]
        return [mail for (mail,) in alone]
    return [Mail(**mail) if mail else None for mail in json.loads(said)["mails"]]


def _framed(document: bytes) -> Iterator[bytes]:
    place = 0
    while place < len(document):
        (length,) = struct.unpack_from(">I", document, place)
        place += 4
        yield document[place : place + length]
        place += length


def main() -> None:
    """Read, parse, answer."""
    confine(cpu_seconds=_CPU_SECONDS, memory=_MEMORY)
    mails = [try_mail(raw) for raw in _framed(sys.stdin.buffer.read())]
    said = [asdict(mail) if mail else None for mail in mails]
    sys.stdout.write(json.dumps({"mails": said}))


if __name__ == "__main__":
    main()
