"""One tree of errors that a user understands, each with its HTTP status (RFC 9457)."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar


class GroundswellError(Exception):
    """Root of the tree. The message says what was wrong, where, and what to do."""


class ConfigurationError(GroundswellError):
    """The process cannot start as it is configured."""


class Problem(GroundswellError):
    """An error that a caller gets as `application/problem+json`."""

    status: ClassVar[int] = 500
    title: ClassVar[str] = "Internal error"

    def __init__(
        self,
        detail: str,
        *,
        errors: Sequence[Mapping[str, Any]] = (),
        headers: Mapping[str, str] | None = None,
        **extensions: Any,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = list(errors)
        self.headers = dict(headers or {})
        self.extensions = extensions

    @property
    def slug(self) -> str:
        """The last part of the problem's type URI."""
        return self.title.lower().replace(" ", "-")

    def document(self, instance: str | None = None) -> dict[str, Any]:
        """Render the problem document."""
        body: dict[str, Any] = {
            "type": f"/problems/{self.slug}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
        }
        if instance:
            body["instance"] = instance
        if self.errors:
            body["errors"] = self.errors
        return body | self.extensions


class BadRequest(Problem):
    """The request cannot be read."""

    status = 400
    title = "Bad request"


class Unauthenticated(Problem):
    """Nobody vouches for the caller."""

    status = 401
    title = "Not signed in"

    def __init__(self, detail: str, **extensions: Any) -> None:
        super().__init__(detail, headers={"WWW-Authenticate": "Bearer"}, **extensions)


class Forbidden(Problem):
    """The caller is known, and may not do this."""

    status = 403
    title = "Not permitted"


class FourEyes(Forbidden):
    """Nobody reviews or approves what they wrote themselves."""

    title = "Four eyes needed"


class NotFound(Problem):
    """There is no such thing, or none that the caller may see."""

    status = 404
    title = "Not found"


class MethodNotAllowed(Problem):
    """The address exists, the method does not."""

    status = 405
    title = "Method not allowed"


class Conflict(Problem):
    """The state of the thing does not allow this now."""

    status = 409
    title = "Conflict"


class PreconditionFailed(Problem):
    """The thing was changed since the caller read it."""

    status = 412
    title = "Changed meanwhile"


class TooLarge(Problem):
    """More than is taken in one request."""

    status = 413
    title = "Too large"


class UnsupportedMediaType(Problem):
    """A body of another kind is expected."""

    status = 415
    title = "Unsupported media type"


class Invalid(Problem):
    """The request reads well, and its values do not fit."""

    status = 422
    title = "Values do not fit"


class PreconditionRequired(Problem):
    """A change must say which version it changes."""

    status = 428
    title = "If-Match needed"


class Retryable(Problem):
    """Come again: the answer says when."""

    def __init__(self, detail: str, *, retry_after: int, **extensions: Any) -> None:
        super().__init__(detail, headers={"Retry-After": str(retry_after)}, **extensions)


class TooMany(Retryable):
    """The caller's share is used up."""

    status = 429
    title = "Too many requests"


class Unavailable(Retryable):
    """The house cannot take this now."""

    status = 503
    title = "Not available now"


class UpstreamTimeout(Retryable):
    """A room did not answer in time."""

    status = 504
    title = "No answer in time"
