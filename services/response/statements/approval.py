"""The way of a statement from draft to publication, and who may sign it. Pure rules.

Every signature names the SHA-256 of the exact text, so that it falls away with the text it was
given for.
"""

import hashlib
from collections.abc import Collection, Mapping
from enum import StrEnum


class StatementState(StrEnum):
    """Where a statement stands. In the three states named after a step, that step is awaited."""

    DRAFT = "draft"
    RETURNED = "returned"
    DEPARTMENT_REVIEW = "department_review"
    LEGAL_REVIEW = "legal_review"
    APPROVAL = "approval"
    APPROVED = "approved"
    PUBLISHING = "publishing"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class Step(StrEnum):
    """The steps of a statement, in order (拟稿、部门会审、法务会审、审批、发布)."""

    DRAFTED = "drafted"
    DEPARTMENT_REVIEW = "department_review"
    LEGAL_REVIEW = "legal_review"
    APPROVAL = "approval"
    PUBLICATION = "publication"


class StepState(StrEnum):
    """Whether a step is done, is awaited now, comes later, or sent the text back."""

    DONE = "done"
    WAITING = "waiting"
    OPEN = "open"
    RETURNED = "returned"


class Review(StrEnum):
    """Who reviews: the department concerned, then legal."""

    DEPARTMENT = "department"
    LEGAL = "legal"

    @property
    def step(self) -> Step:
        """The step that this review is."""
        return _REVIEW_STEPS[self]


class Act(StrEnum):
    """What people do with a statement."""

    WRITE = "write"
    SUBMIT = "submit"
    REVIEW_FOR_DEPARTMENT = "review_for_department"
    REVIEW_FOR_LEGAL = "review_for_legal"
    APPROVE = "approve"
    RETURN = "return"
    PUBLISH = "publish"
    CORRECT = "correct"
    WITHDRAW = "withdraw"


_REVIEW_STEPS = {Review.DEPARTMENT: Step.DEPARTMENT_REVIEW, Review.LEGAL: Step.LEGAL_REVIEW}

_S = StatementState

# The state after each act; what is not here is not allowed. A review is noted here as passed; one
# that is not passed, like a return, leads to RETURNED, from where only a new version leads on.
MOVES: dict[tuple[StatementState, Act], StatementState] = {
    (_S.DRAFT, Act.SUBMIT): _S.DEPARTMENT_REVIEW,
    (_S.DEPARTMENT_REVIEW, Act.REVIEW_FOR_DEPARTMENT): _S.LEGAL_REVIEW,
    (_S.LEGAL_REVIEW, Act.REVIEW_FOR_LEGAL): _S.APPROVAL,
    (_S.APPROVAL, Act.APPROVE): _S.APPROVED,
    (_S.APPROVED, Act.PUBLISH): _S.PUBLISHING,
    (_S.PUBLISHING, Act.PUBLISH): _S.PUBLISHING,
    (_S.PUBLISHED, Act.PUBLISH): _S.PUBLISHED,
    (_S.PUBLISHED, Act.CORRECT): _S.PUBLISHED,
    (_S.WITHDRAWN, Act.CORRECT): _S.WITHDRAWN,
    # Once a channel may have the text it is not rewritten: it is corrected or withdrawn.
    **{
        (state, Act.WRITE): _S.DRAFT
        for state in (
            _S.DRAFT,
            _S.RETURNED,
            _S.DEPARTMENT_REVIEW,
            _S.LEGAL_REVIEW,
            _S.APPROVAL,
            _S.APPROVED,
        )
    },
    **{
        (state, Act.RETURN): _S.RETURNED
        for state in (_S.DEPARTMENT_REVIEW, _S.LEGAL_REVIEW, _S.APPROVAL, _S.APPROVED)
    },
    **{(state, Act.WITHDRAW): _S.WITHDRAWN for state in _S if state is not _S.WITHDRAWN},
}

# What a person should know, by the act that is refused.
_INSTEAD = {
    Act.WRITE: "A text that a channel may have is not rewritten: correct or withdraw it.",
    Act.SUBMIT: "Only a draft is submitted; a returned one needs a new version first.",
    Act.REVIEW_FOR_DEPARTMENT: "The department reviews what was submitted and not reviewed yet.",
    Act.REVIEW_FOR_LEGAL: "Legal reviews after the department has passed the text.",
    Act.APPROVE: "Approval comes after both reviews have passed.",
    Act.RETURN: "Only what is in review, or approved and not published, can be returned.",
    Act.PUBLISH: "Only an approved text is published.",
    Act.CORRECT: "Only a published text is corrected; rewrite one that is not public.",
    Act.WITHDRAW: "It was withdrawn already.",
}

WAITS_FOR: dict[StatementState, Step | None] = {
    _S.DRAFT: Step.DRAFTED,
    _S.RETURNED: Step.DRAFTED,
    _S.DEPARTMENT_REVIEW: Step.DEPARTMENT_REVIEW,
    _S.LEGAL_REVIEW: Step.LEGAL_REVIEW,
    _S.APPROVAL: Step.APPROVAL,
    _S.APPROVED: Step.PUBLICATION,
    _S.PUBLISHING: Step.PUBLICATION,
    _S.PUBLISHED: None,
    _S.WITHDRAWN: None,
}

REVIEW_ACTS = {
    Review.DEPARTMENT: Act.REVIEW_FOR_DEPARTMENT,
    Review.LEGAL: Act.REVIEW_FOR_LEGAL,
}

_SIGNATURE_NAMES = {
    Step.DEPARTMENT_REVIEW: "department review",
    Step.LEGAL_REVIEW: "legal review",
    Step.APPROVAL: "approval",
}


def sha256_of(title: str, text: str) -> str:
    """The hash that signatures name: SHA-256, in lower-case hex, of the UTF-8 bytes of
    `title + "\\n\\n" + text`, exactly as stored.

    A title has no line break, so no two pairs of title and text share these bytes.
    """
    return hashlib.sha256(f"{title}\n\n{text}".encode()).hexdigest()


def after(state: StatementState, act: Act) -> StatementState | None:
    """The state after `act`, or None where it is not allowed."""
    return MOVES.get((state, act))


def instead_of(act: Act) -> str:
    """What to do where `act` is not allowed."""
    return _INSTEAD[act]


def objection(
    step: Step, person: str, *, writers: Collection[str], signers: Mapping[Step, str]
) -> str | None:
    """Why `person` may not sign `step` (four eyes), or None.

    `writers` wrote any version of the statement; `signers` signed the version in question. Three
    signatures on a text that somebody else wrote are thus four different people; no role, not even
    an administrator's, makes an exception.
    """
    if person in writers:
        return f"You wrote this statement: its {_SIGNATURE_NAMES[step]} is for somebody else."
    for signed, signer in signers.items():
        if signer == person:
            return (
                f"You gave the {_SIGNATURE_NAMES[signed]} of this text: "
                f"its {_SIGNATURE_NAMES[step]} is for somebody else."
            )
    return None


def is_approved(sha256: str, title: str, text: str, approvals: Collection[str]) -> bool:
    """Whether exactly this text may go out: it still has its hash, and an approval names it.

    The last look before a channel is called; a text that was changed behind the rules stays in.
    """
    return sha256_of(title, text) == sha256 and sha256 in approvals


def progress(
    state: StatementState, verdicts: Mapping[Step, bool], *, published: bool
) -> dict[Step, StepState]:
    """How far each step is; `verdicts` are the signatures of the current version: passed or not."""
    return {step: _step_state(step, state, verdicts, published=published) for step in Step}


def _step_state(
    step: Step, state: StatementState, verdicts: Mapping[Step, bool], *, published: bool
) -> StepState:
    if step in verdicts:
        return StepState.DONE if verdicts[step] else StepState.RETURNED
    if WAITS_FOR[state] is step:
        return StepState.WAITING
    if step is Step.DRAFTED or (step is Step.PUBLICATION and published):
        return StepState.DONE
    return StepState.OPEN
