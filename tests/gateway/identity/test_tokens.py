"""The identity that rooms believe: only the gateway's signature, for this room, for a minute."""

import base64
import hmac
import json
import time
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)
from joserfc import jwt
from joserfc.jwk import OKPKey

from shared.auth import IdentitySigner, IdentityVerifier, make_key_pair
from shared.contracts import Room
from shared.contracts.actors import Actor, ActorKind, Permission
from shared.errors import Unauthenticated

PRIVATE, PUBLIC = make_key_pair()
VERIFIER = IdentityVerifier(PUBLIC, Room.RESPONSE)
LIN = Actor(
    id="user:lin",
    name="林",
    kind=ActorKind.PERSON,
    groups=frozenset({"g1"}),
    permissions=frozenset({Permission.VIEW}),
)


def claims(**changes: Any) -> dict[str, Any]:
    """Claims that hold, apart from the changes; None leaves one out."""
    now = int(time.time())
    good = {
        "iss": "groundswell-gateway",
        "aud": "response",
        "sub": "user:lin",
        "iat": now,
        "exp": now + 60,
        "name": "林",
        "kind": "person",
        "groups": ["g1"],
        "permissions": ["view"],
    }
    return {name: value for name, value in (good | changes).items() if value is not None}


def signed(content: dict[str, Any], private: bytes = PRIVATE) -> str:
    return jwt.encode({"alg": "Ed25519"}, content, OKPKey.import_key(private), ["Ed25519"])


def unsigned(content: dict[str, Any], algorithm: str) -> str:
    parts = [json.dumps({"alg": algorithm, "typ": "JWT"}), json.dumps(content)]
    return ".".join(encoded(part.encode()) for part in parts) + "."


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def confused(content: dict[str, Any], secret: bytes) -> str:
    """Signed with the public key as though it were a shared secret."""
    plain = unsigned(content, "HS256").rstrip(".")
    return f"{plain}.{encoded(hmac.digest(secret, plain.encode(), 'sha256'))}"


def test_what_the_gateway_signs_holds() -> None:
    assert VERIFIER.verify(IdentitySigner(PRIVATE).sign(LIN, Room.RESPONSE)) == LIN
    assert VERIFIER.verify(signed(claims())) == LIN


@pytest.mark.parametrize("room", [room for room in Room if room is not Room.RESPONSE])
def test_identity_for_one_room_does_not_hold_in_another(room: Room) -> None:
    with pytest.raises(Unauthenticated):
        VERIFIER.verify(IdentitySigner(PRIVATE).sign(LIN, room))


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": None},
        {"exp": 1},
        {"exp": int(time.time()) - 120},
        {"exp": "soon"},
        {"aud": None},
        {"aud": "gateway"},
        {"iss": None},
        {"iss": "somebody"},
        {"sub": None},
        {"name": None},
        {"kind": "god"},
        {"permissions": ["everything"]},
        {"permissions": None},
    ],
)
def test_claims_that_are_missing_or_wrong_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(Unauthenticated):
        VERIFIER.verify(signed(claims(**changes)))


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "Ed25519", "HS256", ""])
def test_token_without_a_signature_is_refused(algorithm: str) -> None:
    with pytest.raises(Unauthenticated):
        VERIFIER.verify(unsigned(claims(), algorithm))


def test_signature_of_another_key_is_refused() -> None:
    with pytest.raises(Unauthenticated):
        VERIFIER.verify(signed(claims(), make_key_pair()[0]))


def test_public_key_is_no_shared_secret() -> None:
    public = load_pem_private_key(PRIVATE, None).public_key()
    for secret in (PUBLIC, public.public_bytes(Encoding.Raw, PublicFormat.Raw)):
        with pytest.raises(Unauthenticated):
            VERIFIER.verify(confused(claims(), secret))


def test_changed_token_is_refused() -> None:
    head, _, signature = signed(claims()).split(".")
    body = signed(claims(sub="user:admin")).split(".")[1]
    with pytest.raises(Unauthenticated):
        VERIFIER.verify(f"{head}.{body}.{signature}")


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "..", "é.é.é", "\ud800", "." * 1000])
def test_what_is_no_token_is_refused(token: str) -> None:
    with pytest.raises(Unauthenticated):
        VERIFIER.verify(token)
