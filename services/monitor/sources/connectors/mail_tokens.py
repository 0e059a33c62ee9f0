"""Tokens by which a mailbox is opened where passwords are not taken any more (OAuth 2.0, RFC 6749).

Documentation: https://learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth
and https://developers.google.com/gmail/imap/xoauth2-protocol. Two ways: in the name of a person who
once allowed it (`refresh_token`), or of the application itself, where an administrator gave it the
mailbox (Microsoft 365: IMAP.AccessAsApp, scope https://outlook.office365.com/.default).

`token_url` is one of the credentials, not of the settings: whoever could change it alone would
have the secrets sent to a host of their own.
"""

from collections.abc import Mapping
from urllib.parse import urlencode

from pydantic import SecretStr, field_validator, model_validator

from services.monitor.sources.connectors.api import Api
from services.monitor.sources.connectors.protocol import Order
from services.monitor.sources.connectors.sessions import Session, Sessions
from services.monitor.sources.connectors.values import as_count, as_text, at
from services.monitor.sources.fetching import FetchError
from services.monitor.sources.web import Web
from shared.schemas import RequestShape

_LASTS = 3_600


class MailboxCredentials(RequestShape):
    """A user of the mail server, and a password; or, for OAuth, where tokens are had and for what.

    Where there are app passwords, one of them is the password.
    """

    user: SecretStr
    password: SecretStr | None = None
    token_url: SecretStr | None = None
    client_id: SecretStr | None = None
    client_secret: SecretStr | None = None
    refresh_token: SecretStr | None = None
    scope: SecretStr | None = None

    @field_validator("*")
    @classmethod
    def _writable(cls, value: SecretStr | None) -> SecretStr | None:
        # A field that is left empty in a form was not filled in.
        said = value.get_secret_value() if value else ""
        if not said.isprintable():
            raise ValueError("must be of printable characters")
        return value if said else None

    @model_validator(mode="after")
    def _whole(self) -> "MailboxCredentials":
        if not self.user:
            raise ValueError("name the user")
        if self.token_url is None:
            if self.password is None:
                raise ValueError("give a password, or for OAuth a token_url and a client_id")
            return self
        if not self.token_url.get_secret_value().startswith(("https://", "http://")):
            raise ValueError("token_url is the https:// address at which tokens are had")
        if self.client_id is None or not (self.client_secret or self.refresh_token):
            raise ValueError("OAuth needs a client_id, and a client_secret or a refresh_token")
        return self


def request_of(credentials: MailboxCredentials) -> dict[str, str]:
    """What is asked of the token endpoint: RFC 6749, sections 4.4.2 and 6."""
    told = {
        "client_id": credentials.client_id,
        "client_secret": credentials.client_secret,
        "refresh_token": credentials.refresh_token,
        "scope": credentials.scope,
    }
    asked = {name: value.get_secret_value() for name, value in told.items() if value}
    way = "refresh_token" if credentials.refresh_token else "client_credentials"
    return {"grant_type": way} | asked


class MailTokens:
    """Tokens for mailboxes, kept for as long as they hold."""

    def __init__(self) -> None:
        self.sessions = Sessions()

    async def of(
        self, order: Order, web: Web, credentials: MailboxCredentials
    ) -> tuple[str, Mapping[str, str]]:
        """A token for the mailbox, and what changed of its credentials: services give a new refresh
        token with each token, and the old one ends some time.

        Raises:
            FetchError: the service gives none.
        """
        renewed: dict[str, str] = {}
        address = credentials.token_url.get_secret_value() if credentials.token_url else ""
        if not address.startswith("https://") and not web.guard.allow_private:
            raise FetchError(
                "The address for tokens is not encrypted: it must begin with https://."
            )

        async def sign_in(api: Api) -> Session:
            document = await api.post(
                address,
                urlencode(request_of(credentials)).encode(),
                {"content-type": "application/x-www-form-urlencoded"},
            )
            token = as_text(at(document, "access_token"))
            if token is None:
                raise FetchError("The service gave no token for these credentials.")
            another = as_text(at(document, "refresh_token"))
            known = credentials.refresh_token
            if another and known and another != known.get_secret_value():
                renewed["refresh_token"] = another
            return Session(token, lasts=as_count(at(document, "expires_in")) or _LASTS)

        session = await self.sessions.of(Api(order, web), sign_in)
        if renewed:
            self.sessions.keep(order, session, credentials.model_copy(update=_sealed(renewed)))
        return session.token, renewed


def _sealed(values: Mapping[str, str]) -> dict[str, SecretStr]:
    return {name: SecretStr(value) for name, value in values.items()}
