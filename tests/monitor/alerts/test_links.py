"""Links in alerts cannot be made up."""

from hypothesis import given
from hypothesis import strategies as st

from services.monitor.alerts.links import alert_of, link_of
from shared.ids import new_id
from shared.sealing import Sealer

OURS = Sealer(["a-key-for-tests-and-nothing-else"])


def test_a_link_names_its_alert() -> None:
    alert = new_id()
    link = link_of(OURS, alert, public_url="https://desk.example/")
    assert link.startswith("https://desk.example/acknowledge/")
    token = link.rpartition("/")[2]
    assert len(token) == 43
    assert alert_of(OURS, token) == alert


@given(st.text(max_size=60))
def test_what_is_made_up_names_nothing(token: str) -> None:
    assert alert_of(OURS, token) is None


def test_a_link_of_another_house_names_nothing() -> None:
    theirs = link_of(Sealer(["another-key-of-many-letters"]), new_id(), public_url="https://a")
    assert alert_of(OURS, theirs.rpartition("/")[2]) is None


@given(st.integers(0, 31), st.integers(1, 255))
def test_a_link_that_was_changed_names_nothing(place: int, change: int) -> None:
    token = link_of(OURS, new_id(), public_url="https://a").rpartition("/")[2]
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    old = token[place]
    fresh = letters[(letters.index(old) + change % 63 + 1) % 64]
    changed = token[:place] + fresh + token[place + 1 :]
    assert changed == token or alert_of(OURS, changed) is None
