"""Every error leaves as `application/problem+json` (RFC 9457): one handler for one tree."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException
from starlette.routing import Match

from shared.deliveries import FenceLostError
from shared.errors import (
    BadRequest,
    Conflict,
    Forbidden,
    Invalid,
    MethodNotAllowed,
    NotFound,
    Problem,
    TooLarge,
    Unauthenticated,
    Unavailable,
    UnsupportedMediaType,
)
from shared.log import get_logger

log = get_logger(__name__)

MEDIA_TYPE = "application/problem+json"


class ProblemDocument(BaseModel):
    """What every error looks like."""

    type: str = Field(examples=["/problems/not-found"])
    title: str = Field(examples=["Not found"])
    status: int = Field(examples=[404])
    detail: str = Field(examples=["There is no incident with this id."])
    instance: str | None = None
    errors: list[dict[str, Any]] = Field(
        default_factory=list, description="Where the values do not fit: `pointer` and `detail`."
    )


_STATUSES = {
    400: "The request cannot be read",
    401: "Not signed in",
    403: "Not permitted",
    404: "Not found",
    409: "The state does not allow it",
    412: "Changed meanwhile",
    413: "Too large",
    415: "Unsupported media type",
    422: "Values do not fit",
    428: "If-Match needed",
    429: "Too many requests",
    503: "Not available now",
}
PROBLEM_RESPONSES: dict[int | str, dict[str, Any]] = {
    status: {
        "description": words,
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}},
    }
    for status, words in _STATUSES.items()
}

_BY_STATUS: dict[int, type[Problem]] = {
    400: BadRequest,
    401: Unauthenticated,
    403: Forbidden,
    404: NotFound,
    405: MethodNotAllowed,
    413: TooLarge,
    415: UnsupportedMediaType,
}

_COME_AGAIN = 2
_METHODS = ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT")


def problem_response(problem: Problem, instance: str | None = None) -> Response:
    """Render a problem."""
    return Response(
        content=json.dumps(
            problem.document(instance), ensure_ascii=True, default=str
        ),  # ASCII: a lone surrogate in an echoed value must not break the answer
        status_code=problem.status,
        media_type=MEDIA_TYPE,
        headers=problem.headers,
    )


def install_problem_handlers(app: FastAPI) -> None:
    """Make every error of `app` a problem document."""

    async def on_problem(request: Request, error: Exception) -> Response:
        problem = as_problem(error)
        if problem.status >= 500:
            log.warning(
                "request_failed", path=request.url.path, status=problem.status, error=repr(error)
            )
        if isinstance(problem, MethodNotAllowed):
            problem.headers["Allow"] = ", ".join(_methods_at(request))
        return problem_response(problem, request.url.path)

    for kind in (
        Problem,
        RequestValidationError,
        HTTPException,
        DBAPIError,
        PoolTimeoutError,
        ConnectionError,
        TimeoutError,
        FenceLostError,
    ):
        app.add_exception_handler(kind, on_problem)
    app.add_exception_handler(Exception, _on_unexpected)


def _methods_at(request: Request) -> list[str]:
    """All methods that the address takes. Starlette names those of the first route that fits, and
    here each method is a route of its own."""
    place = {"type": "http", "path": request.scope["path"], "root_path": ""}
    return [
        method
        for method in _METHODS
        if any(
            route.matches(place | {"method": method})[0] is Match.FULL
            for route in request.app.routes
        )
    ]


async def _on_unexpected(request: Request, error: Exception) -> Response:
    log.error("request_broke", path=request.url.path, exc_info=error)
    return problem_response(
        Problem("Something broke on our side. Nothing was changed. It is in the log."),
        request.url.path,
    )


def as_problem(error: Exception) -> Problem:
    """The problem that stands for an exception of FastAPI or of the database."""
    match error:
        case Problem():
            return error
        case RequestValidationError(body=bytes()):  # FastAPI reads as JSON only what says so
            return UnsupportedMediaType("Send the body as JSON: Content-Type: application/json.")
        case RequestValidationError():
            return from_validation(error.errors())
        case HTTPException():
            kind = _BY_STATUS.get(error.status_code, BadRequest)
            words = _WORDS.get(error.status_code, str(error.detail))
            problem = kind(words)
            if error.headers:
                problem.headers.update(error.headers)
            return problem
        case DBAPIError():
            return _from_database(error)
        case _:
            return Unavailable(
                "The database is not available now. Nothing was lost; try again.",
                retry_after=_COME_AGAIN,
            )


_WORDS = {
    404: "There is nothing at this address.",
    405: "This address does not take this method.",
}


def from_validation(errors: Sequence[Mapping[str, Any]]) -> Problem:
    """Pydantic's findings: a body that is no JSON is 400, values that do not fit are 422."""
    if any(item["type"] == "json_invalid" for item in errors):
        detail = errors[0].get("ctx", {}).get("error", "")
        return BadRequest(f"The body is not JSON: {detail}".rstrip(": "))
    found = [
        {
            "pointer": pointer(item["loc"]),
            # What our own validators say, without Pydantic's word before it.
            "detail": str(item["msg"]).removeprefix("Value error, "),
            "code": item["type"],
        }
        for item in errors
    ]
    first = found[0]
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    # Of the body as a whole there is no place to name.
    place = "" if first["pointer"] == "/" else f"{first['pointer']}: "
    return Invalid(f"{place}{first['detail']}{more}", errors=found)


def pointer(location: Sequence[Any]) -> str:
    """A JSON pointer into the body, or the name of a parameter."""
    if location and location[0] == "body":
        return "/" + "/".join(str(part) for part in location[1:])
    return " ".join(str(part) for part in location)


# PostgreSQL's error classes that are the caller's doing, or pass.
_SQLSTATES: dict[str, Problem] = {
    "22": Invalid("A value cannot be stored: it has a character or a size that text cannot have."),
    "23": Conflict("This contradicts what is stored already."),
    "40": Unavailable("Others changed the same thing; try again.", retry_after=1),
    "53": Unavailable("The database has no room for this now; try again.", retry_after=10),
    "54": Invalid("A value is too large to be stored."),
    "55": Unavailable("Others are changing the same thing; try again.", retry_after=1),
    "57": Unavailable("The database is busy or restarting; try again.", retry_after=_COME_AGAIN),
    "08": Unavailable("The database is not available now; try again.", retry_after=_COME_AGAIN),
}


def _from_database(error: DBAPIError) -> Problem:
    state = getattr(error.orig, "sqlstate", None) or getattr(error.orig, "pgcode", None)
    if state is None:
        # asyncpg refuses some values before it sends them (an int that fits no column).
        unsendable = type(getattr(error.orig, "__cause__", None)).__name__ == "DataError"
        return _SQLSTATES["22"] if unsendable else _SQLSTATES["08"]
    known = _SQLSTATES.get(str(state)[:2])
    if known is None:
        return Problem("Something broke on our side. Nothing was changed. It is in the log.")
    return known
