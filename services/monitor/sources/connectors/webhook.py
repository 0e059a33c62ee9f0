"""Signed webhooks: another system sends posts by itself (push). The pure part.

Documentation: https://www.standardwebhooks.com. The sender signs the id, the time and the body of a
message with a secret that both know (HMAC-SHA256); the time may differ from ours by five minutes; a
message is taken once, by its id. Limits: 1 MiB and 1,000 posts a message, `messages_a_minute`.

A post: in the form of `posts/bulk` (`{"posts": [...]}`), or by a mapping as for a JSON API. Its
platform is that of the source, whatever it says; external_id is its id, with a mark of the source
in front where the mapping says that ids are the source's own.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic.json_schema import SkipJsonSchema

from services.monitor.posts.schemas import MOST_POSTS, PostNew
from services.monitor.sources.connectors.items import to_posts
from services.monitor.sources.connectors.mapping import EntryMap, entries, to_item
from services.monitor.sources.connectors.values import as_number, at
from services.monitor.sources.entries import Origin, Posts
from shared.schemas import RequestShape
from shared.signatures import is_signed, read_secret

LARGEST = 1024 * 1024
_WINDOW = timedelta(minutes=5)
_LONGEST_ID = 200


class WebhookSettings(RequestShape):
    """How what is sent reads."""

    entries: EntryMap | None = Field(
        default=None, description="How a document reads as posts; null: in the form of posts/bulk"
    )
    messages_a_minute: int = Field(default=600, ge=1, le=6_000, examples=[600])


class WebhookCredentials(RequestShape):
    """The secret of the sender: `whsec_` and 24 bytes or more in base64. The one before it holds
    until `previous_until`, in seconds since the epoch."""

    secret: SecretStr
    # These two are written by the change of a secret, and are in no form.
    previous: SkipJsonSchema[SecretStr | None] = None
    previous_until: SkipJsonSchema[SecretStr | None] = None

    @field_validator("secret", "previous")
    @classmethod
    def _readable(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            read_secret(value.get_secret_value())
        return value

    def keys(self, now: datetime) -> list[bytes]:
        """The keys that hold at `now`."""
        until = as_number(self.previous_until.get_secret_value()) if self.previous_until else None
        held = [self.secret]
        if self.previous is not None and until is not None and now.timestamp() < until:
            held.append(self.previous)
        return [read_secret(secret.get_secret_value()) for secret in held]


def trusted_id(
    credentials: WebhookCredentials, headers: Mapping[str, str], body: bytes, now: datetime
) -> str | None:
    """The id of a message whose signature and time hold; None for any other. Names of headers are
    in lower case."""
    message_id = headers.get("webhook-id", "")
    said = headers.get("webhook-timestamp", "")
    if not 1 <= len(message_id) <= _LONGEST_ID or not message_id.isprintable():
        return None
    if not said.isascii() or not said.isdigit() or len(said) > 12:
        return None
    if abs(now.timestamp() - int(said)) > _WINDOW.total_seconds():
        return None
    signed = is_signed(
        credentials.keys(now),
        message_id=message_id,
        timestamp=int(said),
        body=body,
        signatures=headers.get("webhook-signature", ""),
    )
    return message_id if signed else None


def read_push(document: Any, settings: WebhookSettings, origin: Origin, now: datetime) -> Posts:
    """The posts of a message.

    Raises:
        ValueError: there is no list of posts, or one that is too long.
    """
    if settings.entries is not None:
        listed = entries(document, settings.entries)
    else:
        listed = at(document, "posts")
    if not isinstance(listed, list):
        raise ValueError("the message holds no list at /posts")
    if len(listed) > MOST_POSTS:
        raise ValueError(f"a message holds at most {MOST_POSTS} posts")
    if settings.entries is None:
        return _own_posts(listed, origin)
    # The mark of ids is that of the source: a sender has no address of its own.
    scope = str(origin.source_id)
    return to_posts([to_item(entry, settings.entries, scope) for entry in listed], origin, now)


def _own_posts(listed: list[Any], origin: Origin) -> Posts:
    posts: list[PostNew] = []
    fixed: dict[str, str | UUID] = {"platform": origin.platform, "source_id": origin.source_id}
    for entry in listed:
        try:
            posts.append(PostNew.model_validate({**entry, **fixed}))
        except (TypeError, ValidationError):
            continue
    return Posts(dated=tuple(posts), undated=(), skipped=len(listed) - len(posts))
