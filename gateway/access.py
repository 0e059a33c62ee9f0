"""Who may do what: roles and their permissions, one table.

A caller has the permissions of all of their roles. Four eyes are not a matter of roles: the rooms
refuse that anybody, an administrator included, reviews or approves their own text.
"""

from collections.abc import Iterable
from enum import StrEnum

from shared.contracts.actors import Permission

P = Permission


class Role(StrEnum):
    """A role (岗位权限) that an administrator gives to a user."""

    ADMINISTRATOR = "administrator"
    LEADER = "leader"
    MONITORING_OFFICER = "monitoring_officer"
    PRESS_OFFICER = "press_officer"
    LEGAL_REVIEWER = "legal_reviewer"
    DEPARTMENT_REVIEWER = "department_reviewer"
    EVALUATOR = "evaluator"
    AUDITOR = "auditor"
    CONNECTOR = "connector"
    DEVELOPER = "developer"
    DATA_SCIENTIST = "data_scientist"
    EMPLOYEE = "employee"


ROLES: dict[Role, frozenset[Permission]] = {
    Role.ADMINISTRATOR: frozenset(Permission),
    Role.LEADER: frozenset(
        {
            P.VIEW,
            P.SEND_REPORTS,
            P.HANDLE_REPORTS,
            P.HANDLE_WARNINGS,
            P.OPEN_INCIDENTS,
            P.ASSESS_INCIDENTS,
            P.ACTIVATE_RESPONSE,
            P.CLOSE_INCIDENTS,
            P.ISSUE_COMMANDS,
            P.CARRY_OUT_COMMANDS,
            P.APPROVE_STATEMENTS,
            P.READ_CASES,
        }
    ),
    Role.MONITORING_OFFICER: frozenset(
        {
            P.VIEW,
            P.INGEST_POSTS,
            P.EDIT_SOURCES,
            P.EDIT_WATCHES,
            P.SEND_REPORTS,
            P.HANDLE_REPORTS,
            P.WALK_PATROLS,
            P.EDIT_PATROLS,
            P.HANDLE_WARNINGS,
            P.CLASSIFY,
            P.LABEL_POSTS,
            P.OPEN_INCIDENTS,
            P.ASSESS_INCIDENTS,
            P.CARRY_OUT_COMMANDS,
        }
    ),
    Role.PRESS_OFFICER: frozenset(
        {
            P.VIEW,
            P.SEND_REPORTS,
            P.WALK_PATROLS,
            P.HANDLE_WARNINGS,
            P.DRAFT_STATEMENTS,
            P.PUBLISH_STATEMENTS,
            P.CARRY_OUT_COMMANDS,
        }
    ),
    Role.LEGAL_REVIEWER: frozenset(
        {P.VIEW, P.SEND_REPORTS, P.REVIEW_FOR_LEGAL, P.CARRY_OUT_COMMANDS, P.READ_CASES}
    ),
    Role.DEPARTMENT_REVIEWER: frozenset(
        {P.VIEW, P.SEND_REPORTS, P.REVIEW_FOR_DEPARTMENT, P.CARRY_OUT_COMMANDS}
    ),
    Role.EVALUATOR: frozenset(
        {
            P.VIEW,
            P.SEND_REPORTS,
            P.LABEL_POSTS,
            P.CARRY_OUT_COMMANDS,
            P.READ_CASES,
            P.SEAL_CASES,
        }
    ),
    Role.AUDITOR: frozenset({P.VIEW, P.SEND_REPORTS, P.READ_CASES, P.EXPORT_CASES}),
    # A program that brings posts in, and sees nothing.
    Role.CONNECTOR: frozenset({P.INGEST_POSTS}),
    Role.DEVELOPER: frozenset({P.VIEW, P.SEND_REPORTS, P.CLASSIFY}),
    Role.DATA_SCIENTIST: frozenset(
        {P.VIEW, P.SEND_REPORTS, P.CLASSIFY, P.EDIT_MODELS, P.LABEL_POSTS, P.EXPORT_LABELS}
    ),
    # Anybody of the staff: reports what they see, follows what becomes of it, and sees no more.
    Role.EMPLOYEE: frozenset({P.SEND_REPORTS}),
}


def permissions_of(roles: Iterable[str]) -> frozenset[Permission]:
    """What the holder of `roles` may do. A role of a newer version, unknown here, gives nothing."""
    known = (ROLES[Role(role)] for role in roles if role in ROLES)
    return frozenset[Permission]().union(*known)
