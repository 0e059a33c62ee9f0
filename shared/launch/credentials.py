"""The secrets of one installation, made once: database passwords, and the key of the identities."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from shared.contracts.rooms import Room
from shared.engines.home import Home, write_private


@dataclass(frozen=True)
class IdentityKey:
    """The Ed25519 pair by which the gateway vouches for callers; only it reads the private half."""

    private: Path
    public: Path


def room_password(home: Home, room: Room) -> str:
    """The password of the room's database role."""
    return home.secret(f"{room}-database")[0]


def identity_key(home: Home) -> IdentityKey:
    """The pair in `secrets/`, made when it is missing (PEM; mode 600)."""
    key = IdentityKey(home.secrets / "identity-private.pem", home.secrets / "identity-public.pem")
    if not key.private.exists():
        made = Ed25519PrivateKey.generate()
        pem = made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        write_private(key.private, pem.decode("ascii"))
        key.public.unlink(missing_ok=True)
    if not key.public.exists():
        private = load_pem_private_key(key.private.read_bytes(), password=None)
        pem = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        write_private(key.public, pem.decode("ascii"))
    return key
