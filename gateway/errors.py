"""Errors that only the door knows."""

from shared.errors import Problem


class TooSlow(Problem):
    """A request does not arrive."""

    status = 408
    title = "Too slow"

    def __init__(self, detail: str) -> None:
        super().__init__(detail, headers={"Connection": "close"})


class HeadTooLarge(Problem):
    """Address and headers of a request are too large."""

    status = 431
    title = "Head too large"

    def __init__(self, limit: int) -> None:
        super().__init__(f"Address and headers together may have {limit} bytes.")


class ClientGone(Exception):
    """The caller hung up before their request was complete."""


class AnswerCut(Exception):
    """An answer broke off after it had begun: only the closed connection can say so."""
