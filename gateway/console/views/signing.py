"""The way of a statement: who has signed, who is next, and why a button does not work yet."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from gateway.console.views.permits import Permit, permit, state_block
from gateway.console.words import N_
from shared.contracts.actors import Actor, Permission

_P = Permission
# The steps in order, and what somebody must hold to take each.
STEPS: Mapping[str, Permission] = {
    "drafted": _P.DRAFT_STATEMENTS,
    "department_review": _P.REVIEW_FOR_DEPARTMENT,
    "legal_review": _P.REVIEW_FOR_LEGAL,
    "approval": _P.APPROVE_STATEMENTS,
    "publication": _P.PUBLISH_STATEMENTS,
}
_OVER = ("published", "withdrawn")
_REVIEWED = ("in_review", "department_review", "legal_review", "approval")


@dataclass(frozen=True)
class Signature:
    """One step: `state` is done, next, later or returned."""

    number: int
    step: str
    state: str
    by: str
    at: str | None
    comment: str


def signatures(statement: Mapping[str, Any]) -> list[Signature]:
    """The five steps in order, as far as the statement has come."""
    told = {str(step.get("step")): step for step in statement.get("steps") or ()}
    awaited = next_step(statement)
    return [
        Signature(
            number=number,
            step=name,
            state=_state(name, told.get(name, {}), awaited),
            by=_name(told.get(name, {}).get("by")),
            at=told.get(name, {}).get("at"),
            comment=str(told.get(name, {}).get("comment") or ""),
        )
        for number, name in enumerate(STEPS, start=1)
    ]


def next_step(statement: Mapping[str, Any]) -> str | None:
    """The step that the statement waits for; None when its way is over."""
    if statement.get("state") in _OVER:
        return None
    steps = statement.get("steps") or ()
    for step in steps:
        if step.get("state") == "waiting":
            return str(step.get("step"))
    done = {step.get("step") for step in steps if step.get("state") == "done"}
    return next((name for name in STEPS if name not in done), None)


def permission_for(statement: Mapping[str, Any]) -> Permission | None:
    """What somebody must hold to take the next step."""
    step = next_step(statement)
    return STEPS.get(step) if step else None


def statement_permits(actor: Actor, statement: Mapping[str, Any]) -> dict[str, Permit]:
    """What `actor` may do with a statement now, or what is missing, in words."""
    state = str(statement.get("state", ""))
    done = {item.step for item in signatures(statement) if item.state == "done"}
    in_review = state_block(state, _REVIEWED, N_("It is not in review."))
    no_department = (
        "department_review" not in done,
        N_("The department's review is still missing."),
    )
    wrote = (
        actor.id in set(_writers(statement)),
        N_("You wrote this statement: somebody else must judge it."),
    )
    signed = (
        _has_signed(actor, statement),
        N_("You have signed this version already: each signature is another person's."),
    )
    out = N_("A channel may have the text already: withdraw it, or publish a correction.")
    return {
        "submit": permit(
            actor,
            _P.DRAFT_STATEMENTS,
            (state == "returned", N_("It was sent back: write a new version first.")),
            state_block(state, ("draft",), N_("It has been submitted.")),
        ),
        "text": permit(
            actor,
            _P.DRAFT_STATEMENTS,
            state_block(state, ("draft", "returned", "approved", *_REVIEWED), out),
        ),
        "review-department": permit(
            actor,
            _P.REVIEW_FOR_DEPARTMENT,
            ("department_review" in done, N_("The department has reviewed it.")),
            in_review,
            wrote,
            signed,
        ),
        "review-legal": permit(
            actor,
            _P.REVIEW_FOR_LEGAL,
            ("legal_review" in done, N_("Legal has reviewed it.")),
            in_review,
            no_department,
            wrote,
            signed,
        ),
        "approve": permit(
            actor,
            _P.APPROVE_STATEMENTS,
            ("approval" in done, N_("It is approved.")),
            in_review,
            no_department,
            ("legal_review" not in done, N_("The legal review is still missing.")),
            wrote,
            signed,
        ),
        "return": permit(
            actor,
            _P.APPROVE_STATEMENTS,
            state_block(state, (*_REVIEWED, "approved"), N_("It is not in review.")),
        ),
        "publish": permit(
            actor,
            _P.PUBLISH_STATEMENTS,
            state_block(
                state,
                ("approved", "publishing", "published"),
                N_("Only an approved text can be published."),
            ),
        ),
        "correct": permit(
            actor,
            _P.DRAFT_STATEMENTS,
            state_block(state, _OVER, N_("A correction follows what was published.")),
        ),
        "resolve": permit(actor, _P.PUBLISH_STATEMENTS),
        "withdraw": permit(
            actor,
            # Whoever may approve a text may also take it back.
            _P.APPROVE_STATEMENTS if actor.may(_P.APPROVE_STATEMENTS) else _P.PUBLISH_STATEMENTS,
            (state == "withdrawn", N_("It was withdrawn.")),
        ),
    }


def channels_left(
    statement: Mapping[str, Any], channels: Iterable[Mapping[str, Any]]
) -> list[Mapping[str, Any]]:
    """The channels that this version is not on, and not on its way to."""
    taken = {
        item.get("channel")
        for item in statement.get("publications") or ()
        if item.get("version") == statement.get("version") and item.get("state") != "failed"
    }
    return [item for item in channels if (item.get("slug") or item.get("name")) not in taken]


def _state(name: str, step: Mapping[str, Any], awaited: str | None) -> str:
    if step.get("state") in ("done", "returned"):
        return str(step["state"])
    return "next" if name == awaited else "later"


def _writers(statement: Mapping[str, Any]) -> Iterator[str]:
    for version in statement.get("versions") or ():
        yield _id(version.get("written_by"))


def _has_signed(actor: Actor, statement: Mapping[str, Any]) -> bool:
    return any(
        _id(step.get("by")) == actor.id
        for step in statement.get("steps") or ()
        if step.get("step") in ("department_review", "legal_review", "approval")
        and step.get("state") == "done"
    )


def _id(by: Any) -> str:
    return str(by.get("id", "")) if isinstance(by, Mapping) else ""


def _name(by: Any) -> str:
    return str(by.get("name", "")) if isinstance(by, Mapping) else str(by or "")
