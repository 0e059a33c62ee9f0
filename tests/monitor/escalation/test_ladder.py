"""The order in which people are asked."""

from hypothesis import given
from hypothesis import strategies as st

from services.monitor.escalation.ladder import Role, Rung, next_rung, order_of

NAMES = st.sampled_from(["a", "b", "c", "d", "e"])


def test_duty_first_then_deputies_then_the_others_and_the_chair_last() -> None:
    order = order_of(
        on_duty=["chen"],
        deputies={"chen": "xu", "lin": "han"},
        members=["lin", "su", "chen", "xu"],
        chair="lin",
    )
    assert order == [
        Rung("chen", Role.ON_DUTY),
        Rung("xu", Role.DEPUTY),
        Rung("su", Role.MEMBER),
        Rung("lin", Role.CHAIR),
    ]


def test_with_nobody_on_duty_the_members_are_asked() -> None:
    order = order_of(on_duty=[], deputies={}, members=["lin", "su"], chair="lin")
    assert [rung.person for rung in order] == ["su", "lin"]


def test_who_comes_on_duty_meanwhile_is_asked_next() -> None:
    asked = ["chen"]
    order = order_of(on_duty=["xu"], deputies={}, members=["chen", "su", "xu"], chair=None)
    assert next_rung(order, asked) == Rung("xu", Role.ON_DUTY)


def test_a_second_round_begins_with_the_first_again() -> None:
    order = order_of(on_duty=["chen"], deputies={}, members=["chen", "su"], chair=None)
    assert next_rung(order, ["chen", "su"]) is None
    assert next_rung(order, ["chen", "su"], rounds=2) == Rung("chen", Role.ON_DUTY)


@given(
    st.lists(NAMES, max_size=3),
    st.dictionaries(NAMES, NAMES),
    st.lists(NAMES, max_size=5),
    st.none() | NAMES,
    st.integers(1, 3),
)
def test_everybody_is_asked_as_often_as_there_are_rounds(
    on_duty: list[str],
    deputies: dict[str, str],
    members: list[str],
    chair: str | None,
    rounds: int,
) -> None:
    order = order_of(on_duty=on_duty, deputies=deputies, members=members, chair=chair)
    people = [rung.person for rung in order]
    assert len(people) == len(set(people))
    assert set(on_duty) | set(members) <= set(people)
    asked: list[str] = []
    while rung := next_rung(order, asked, rounds=rounds):
        asked.append(rung.person)
    assert asked == people * rounds
