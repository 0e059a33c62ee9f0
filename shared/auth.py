"""Who is calling: a short-lived identity that the gateway signs and every room checks.

The gateway alone holds the private key (Ed25519). A token names one room as its audience, so that a
room cannot use a caller's identity against another room.
"""

import time
from pathlib import Path
from typing import Annotated, Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from fastapi import Depends, Request
from fastapi.security import HTTPBearer
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from shared.contracts.actors import Actor, ActorKind, Permission
from shared.contracts.rooms import Room
from shared.errors import ConfigurationError, Forbidden, Unauthenticated

HEADER = "x-groundswell-identity"
_ALGORITHM = "Ed25519"
_ISSUER = "groundswell-gateway"
_LIFETIME = 60
# A token is used for half of its life, so that it never expires on the way.
_REUSE = 30
_REMEMBER = 1024


class IdentitySigner:
    """Makes identities; only the gateway has one."""

    def __init__(self, private_key: bytes) -> None:
        self._key = OKPKey.import_key(private_key)
        self._made: dict[tuple[str, Room], tuple[float, Actor, str]] = {}

    def sign(self, actor: Actor, audience: Room) -> str:
        """A token by which `audience` believes that the caller is `actor`."""
        now = time.time()
        made = self._made.get((actor.id, audience))
        if made and made[0] > now and made[1] == actor:
            return made[2]
        claims = {
            "iss": _ISSUER,
            "aud": str(audience),
            "sub": actor.id,
            "iat": int(now),
            "exp": int(now) + _LIFETIME,
            "name": actor.name,
            "kind": str(actor.kind),
            "groups": sorted(actor.groups),
            "permissions": sorted(actor.permissions),
        }
        token = jwt.encode({"alg": _ALGORITHM}, claims, self._key, algorithms=[_ALGORITHM])
        if len(self._made) >= _REMEMBER:
            self._made.clear()
        self._made[actor.id, audience] = (now + _REUSE, actor, token)
        return token


class IdentityVerifier:
    """Checks identities for one room."""

    def __init__(self, public_key: bytes, audience: Room) -> None:
        self._key = OKPKey.import_key(public_key)
        self._claims = jwt.JWTClaimsRegistry(
            iss={"essential": True, "value": _ISSUER},
            aud={"essential": True, "value": str(audience)},
            exp={"essential": True},
            sub={"essential": True},
        )
        self._known: dict[str, tuple[float, Actor]] = {}

    def verify(self, token: str) -> Actor:
        """The actor that a token vouches for.

        Raises:
            Unauthenticated: the token is forged, for another room, or too old.
        """
        known = self._known.get(token)
        if known and known[0] > time.time():
            return known[1]
        try:
            claims = jwt.decode(token, self._key, algorithms=[_ALGORITHM]).claims
            self._claims.validate(claims)
            actor = _actor(claims)
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise Unauthenticated(
                "The identity of the caller does not hold. Requests reach a room only through the "
                "gateway."
            ) from error
        if len(self._known) >= _REMEMBER:
            self._known.clear()
        self._known[token] = (float(claims["exp"]), actor)
        return actor


def _actor(claims: dict[str, Any]) -> Actor:
    return Actor(
        id=claims["sub"],
        name=claims["name"],
        kind=ActorKind(claims["kind"]),
        groups=frozenset(claims["groups"]),
        permissions=frozenset(Permission(name) for name in claims["permissions"]),
    )


def read_key(path: Path | None, what: str) -> bytes:
    """Read a PEM file.

    Raises:
        ConfigurationError: it is not set or cannot be read.
    """
    if path is None:
        raise ConfigurationError(f"{what} is not set.")
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"{what} {path} cannot be read: {error.strerror}.") from error


def make_key_pair() -> tuple[bytes, bytes]:
    """A new Ed25519 key pair: private (PKCS 8) and public half, in PEM."""
    key = Ed25519PrivateKey.generate()
    return (
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
        key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
    )


_bearer = HTTPBearer(
    scheme_name="key",
    description="An API key, sent to the gateway: `Authorization: Bearer KEY`.",
    auto_error=False,
)


# Dependencies are `async` where they need not be: FastAPI hands plain functions to a thread each,
# which costs a request half a millisecond, and more when the machine is busy.
async def caller(request: Request, _: Annotated[Any, Depends(_bearer)] = None) -> Actor:
    """The actor of the current request.

    Raises:
        Unauthenticated: nobody vouches for the caller.
    """
    token = request.headers.get(HEADER)
    if token is None:
        raise Unauthenticated("Sign in first: requests reach a room only through the gateway.")
    verifier: IdentityVerifier = request.app.state.verifier
    return verifier.verify(token)


Caller = Annotated[Actor, Depends(caller)]


class Allowed:
    """A dependency that lets in callers who hold a permission, and answers with the actor."""

    def __init__(self, *permissions: Permission) -> None:
        self.permissions = permissions

    async def __call__(self, actor: Caller) -> Actor:
        """Let the caller in, or raise what `check` raises."""
        return self.check(actor)

    def check(self, actor: Actor) -> Actor:
        """Let the actor in.

        Raises:
            Forbidden: the actor holds none of the permissions.
        """
        if not any(actor.may(permission) for permission in self.permissions):
            needed = " or ".join(self.permissions)
            raise Forbidden(f"This needs the permission {needed}. Ask an administrator for a role.")
        return actor


def allow(*permissions: Permission) -> Any:
    """`Annotated` alias helper: `actor: Actor = allow(Permission.VIEW)`."""
    return Depends(Allowed(*permissions))
