"""The process in which apprise sends: `python -m services.monitor.channels.apprise_process`.

The order comes in on standard input as JSON, the answer goes out: `{"service"}` for a URL alone,
else `{"error": null}` or why it did not arrive. What it may connect to is checked at the socket,
whatever name, redirect or second answer of a name server led there.
"""

import json
import logging
import sys
from ipaddress import ip_address
from typing import Any

import apprise

from services.monitor.confinement import confine
from services.monitor.notices.letters import within
from services.monitor.sources.addresses import may_be_called

CPU_SECONDS = 8
_MEMORY = 1024 * 1024 * 1024
# Below this a service gets the short form: SMS, pagers.
_BRIEF_BELOW = 1_000
_CONNECTS = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
# A service that runs programs here would run them for whoever typed the URL.
_PROGRAMS = frozenset({"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork"})
_LONGEST_ERROR = 300
# These tell the machine that they run on, which is ours, and nobody sits at it.
_LOCAL = frozenset({"syslog", "dbus", "kde", "qt", "glib", "gnome", "macosx", "windows"})


class _Watchman:
    """An audit hook (PEP 578): nothing in this process can take it out again."""

    def __init__(self, *, allow_private: bool) -> None:
        self._allow_private = allow_private
        self.refused = False

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Refuse programs, and connections to what is not open.

        Raises:
            PermissionError: it is not open.
        """
        if event in _PROGRAMS:
            raise PermissionError("No program is run for a message.")
        if event in _CONNECTS and not self._open(arguments[1]):
            self.refused = True
            raise PermissionError("The address lies inside a private or reserved network.")

    def _open(self, address: object) -> bool:
        if address is None:  # sendmsg on a connected socket: that was checked
            return True
        if not isinstance(address, tuple) or not isinstance(address[0], str):
            return False
        try:
            literal = ip_address(address[0].partition("%")[0])
        except ValueError:
            return False
        return may_be_called(literal, allow_private=self._allow_private)


class _Complaints(logging.Handler):
    """Keeps what apprise says of a failure."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one line."""
        self.lines.append(record.getMessage())


def main() -> None:
    """Read, send, answer."""
    confine(cpu_seconds=CPU_SECONDS, memory=_MEMORY)
    order = json.loads(sys.stdin.buffer.read())
    answer = _send(order) if "forms" in order else _describe(order["url"])
    sys.stdout.buffer.write(json.dumps(answer).encode())


def _open(url: str) -> Any:
    logging.getLogger("apprise").setLevel(logging.CRITICAL)
    asset = apprise.AppriseAsset(
        app_id="Groundswell",
        app_desc="Groundswell",
        app_url="",
        storage_mode=apprise.PersistentStoreMode.MEMORY,
        plugin_paths=[],
    )
    # The URL's own retries would outlast our patience: we try again ourselves.
    return apprise.Apprise.instantiate(url, asset=asset, suppress_exceptions=True)


def _describe(url: str) -> dict[str, str]:
    service = _open(url)
    scheme = url.partition(":")[0].lower()
    if service is None or scheme in _LOCAL:
        return {"error": f"apprise knows no way to people like this ({scheme[:30]}://…)."}
    return {"service": f"{scheme}: {service.service_name}"}


def _send(order: dict[str, Any]) -> dict[str, str | None]:
    service = _open(order["url"])
    if service is None:
        return {"error": "apprise does not know the address any more."}
    title, body, form = _fitting(service, order)
    complaints = _Complaints()
    logger = logging.getLogger("apprise")
    logger.setLevel(logging.WARNING)
    logger.addHandler(complaints)
    watchman = _Watchman(allow_private=bool(order["allow_private"]))
    sys.addaudithook(watchman)
    arrived = service.notify(
        title=title, body=body, body_format=form, notify_type=apprise.NotifyType.WARNING
    )
    if watchman.refused:
        return {
            "error": "The receiver lies inside a private or reserved network, where alerts are not "
            "sent. GROUNDSWELL_ALLOW_PRIVATE_RECEIVERS opens an intranet."
        }
    if arrived:
        return {"error": None}
    return {"error": _words(complaints.lines, order["url"])}


def _fitting(service: Any, order: dict[str, Any]) -> tuple[str, str, str]:
    """Title, body and form that the service takes whole: what it would cut is what matters."""
    title, forms = order["title"], order["forms"]
    longest = service.body_maxlen
    if longest < _BRIEF_BELOW:
        return "", _brief(title, forms["link"], longest), "text"
    form = _form_of(service)
    room = longest - len(title) - 2
    # Bytes are never fewer than the characters that most services count.
    if len(forms[form].encode()) <= room:
        return title, forms[form], form
    return title, within(forms["text"], room), "text"


def _brief(title: str, link: str, longest: int) -> str:
    """The heading, cut for the sake of the link."""
    room = longest - len(link) - 1 if link else longest
    cut = title if len(title) <= room else f"{title[: max(room - 1, 0)]}…"
    return f"{cut} {link}".strip()


def _form_of(service: Any) -> str:
    """The form that the service prefers, so that nothing has to be converted."""
    formats = service.notify_format
    first = formats[0] if isinstance(formats, tuple | list) else formats
    return str(getattr(first, "value", first))


def _words(lines: list[str], url: str) -> str:
    """The last complaint, without anything of the URL that could be a secret."""
    said = lines[-1] if lines else "The service did not take it."
    secrets = {part for part in _parts(url) if len(part) > 3}
    for part in sorted(secrets, key=len, reverse=True):
        said = said.replace(part, "…")
    return " ".join(said.split())[:_LONGEST_ERROR]


def _parts(url: str) -> list[str]:
    cut = url.partition("://")[2]
    for sign in "/@:?&=,#":
        cut = cut.replace(sign, " ")
    return cut.split()


if __name__ == "__main__":
    main()
