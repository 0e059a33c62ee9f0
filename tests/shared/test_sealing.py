"""Secrets that people store open only with their key, and only for what they were sealed for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts import Room
from shared.errors import ConfigurationError, Conflict
from shared.sealing import SealBroken, Sealer
from tests.conftest import SettingsFor

OLD, NEW = "an-old-key-of-many-letters", "a-new-key-of-many-letters"


@given(st.text())
def test_what_is_sealed_opens_again(secret: str) -> None:
    sealer = Sealer([NEW])
    sealed = sealer.seal(secret, "channel")
    assert sealed.isascii()
    assert not secret or secret not in sealed or len(secret) < 8
    assert sealer.open(sealed, "channel") == secret


def test_a_replaced_key_still_opens_what_it_sealed() -> None:
    sealed = Sealer([OLD]).seal("mailto://user:password@mail.example", "channel")
    assert Sealer([NEW, OLD]).open(sealed, "channel").endswith("mail.example")
    with pytest.raises(SealBroken, match="GROUNDSWELL_SEALING_KEYS"):
        Sealer([NEW]).open(sealed, "channel")


def test_a_secret_does_not_open_for_another_purpose() -> None:
    sealed = Sealer([NEW]).seal("secret", "channel")
    with pytest.raises(SealBroken):
        Sealer([NEW]).open(sealed, "source")


def test_without_a_key_nothing_is_stored(settings_for: SettingsFor) -> None:
    with pytest.raises(Conflict, match="GROUNDSWELL_SEALING_KEYS"):
        Sealer.of(settings_for(Room.MONITOR, sealing_keys=None))


def test_a_short_key_is_refused(settings_for: SettingsFor) -> None:
    with pytest.raises(ConfigurationError, match="24"):
        Sealer.of(settings_for(Room.MONITOR, sealing_keys="short"))


def test_a_signature_holds_for_its_message_and_purpose_only() -> None:
    signature = Sealer([OLD]).sign(b"alert", "link")
    assert len(signature) == 16
    both = Sealer([NEW, OLD])
    assert both.signed(b"alert", signature, "link")
    assert not both.signed(b"other", signature, "link")
    assert not both.signed(b"alert", signature, "other")
    assert not Sealer([NEW]).signed(b"alert", signature, "link")
