"""What keeps the console's pages from doing what nobody asked for."""

from collections.abc import Mapping
from urllib.parse import urlsplit

# No inline script, no inline style, nothing from elsewhere: the text of a post can change no page.
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def comes_from_elsewhere(headers: Mapping[str, str]) -> bool:
    """Tell whether another site's page sent this request (cross-site request forgery).

    Browsers say so in `Sec-Fetch-Site`; older ones send at least `Origin`.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != headers.get("host")


def local_path(wanted: str | None) -> str:
    """Where to go after signing in: a path of this console, never another site."""
    if not wanted or not wanted.startswith("/") or wanted.startswith(("//", "/\\")):
        return "/"
    if any(ord(letter) < 0x20 for letter in wanted):
        return "/"
    return wanted
