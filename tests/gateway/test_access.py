"""Who may do what: the table of roles, read as the organisation would say it."""

import re
from pathlib import Path

import pytest

from gateway.access import ROLES, Role, permissions_of
from shared.contracts.actors import Permission
from tests.gateway.conftest import House

README = Path(__file__).resolve().parents[2] / "gateway" / "README.md"

P, R = Permission, Role
ADMIN = R.ADMINISTRATOR

# The other way round than the code says it: for each permission, who holds it.
HOLDERS: dict[Permission, set[Role]] = {
    P.VIEW: set(Role) - {R.CONNECTOR, R.EMPLOYEE},
    P.INGEST_POSTS: {ADMIN, R.MONITORING_OFFICER, R.CONNECTOR},
    P.EDIT_SOURCES: {ADMIN, R.MONITORING_OFFICER},
    P.EDIT_WATCHES: {ADMIN, R.MONITORING_OFFICER},
    P.HANDLE_WARNINGS: {ADMIN, R.LEADER, R.MONITORING_OFFICER, R.PRESS_OFFICER},
    P.SEND_REPORTS: set(Role) - {R.CONNECTOR},
    P.SEND_PUBLIC_REPORTS: {ADMIN},
    P.HANDLE_REPORTS: {ADMIN, R.LEADER, R.MONITORING_OFFICER},
    P.EDIT_REPORT_LINKS: {ADMIN},
    P.WALK_PATROLS: {ADMIN, R.MONITORING_OFFICER, R.PRESS_OFFICER},
    P.EDIT_PATROLS: {ADMIN, R.MONITORING_OFFICER},
    P.CLASSIFY: {ADMIN, R.MONITORING_OFFICER, R.DEVELOPER, R.DATA_SCIENTIST},
    P.EDIT_MODELS: {ADMIN, R.DATA_SCIENTIST},
    P.LABEL_POSTS: {ADMIN, R.MONITORING_OFFICER, R.EVALUATOR, R.DATA_SCIENTIST},
    P.EXPORT_LABELS: {ADMIN, R.DATA_SCIENTIST},
    P.OPEN_INCIDENTS: {ADMIN, R.LEADER, R.MONITORING_OFFICER},
    P.ASSESS_INCIDENTS: {ADMIN, R.LEADER, R.MONITORING_OFFICER},
    P.ACTIVATE_RESPONSE: {ADMIN, R.LEADER},
    P.CLOSE_INCIDENTS: {ADMIN, R.LEADER},
    P.ISSUE_COMMANDS: {ADMIN, R.LEADER},
    P.CARRY_OUT_COMMANDS: set(Role)
    - {R.AUDITOR, R.CONNECTOR, R.DEVELOPER, R.DATA_SCIENTIST, R.EMPLOYEE},
    P.DRAFT_STATEMENTS: {ADMIN, R.PRESS_OFFICER},
    P.REVIEW_FOR_DEPARTMENT: {ADMIN, R.DEPARTMENT_REVIEWER},
    P.REVIEW_FOR_LEGAL: {ADMIN, R.LEGAL_REVIEWER},
    P.APPROVE_STATEMENTS: {ADMIN, R.LEADER},
    P.PUBLISH_STATEMENTS: {ADMIN, R.PRESS_OFFICER},
    P.EDIT_TEAMS: {ADMIN},
    P.EDIT_ALERTS: {ADMIN},
    P.READ_CASES: {ADMIN, R.LEADER, R.LEGAL_REVIEWER, R.EVALUATOR, R.AUDITOR},
    P.EXPORT_CASES: {ADMIN, R.AUDITOR},
    P.SEAL_CASES: {ADMIN, R.EVALUATOR},
    P.OPERATE: {ADMIN},
    P.EDIT_USERS: {ADMIN},
}


@pytest.mark.parametrize("permission", list(Permission))
@pytest.mark.parametrize("role", list(Role))
def test_role_holds_what_it_should_and_nothing_more(role: Role, permission: Permission) -> None:
    assert (permission in ROLES[role]) == (role in HOLDERS[permission])


def test_permissions_of_several_roles_add_up() -> None:
    both = permissions_of(["legal_reviewer", "press_officer"])
    assert both == ROLES[R.LEGAL_REVIEWER] | ROLES[R.PRESS_OFFICER]


def test_unknown_role_gives_nothing() -> None:
    assert permissions_of(["of_a_newer_version"]) == frozenset()
    assert permissions_of([]) == frozenset()


def test_readme_shows_the_table_as_it_is() -> None:
    shown = dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", README.read_text("utf-8"), re.M))
    assert shown.keys() == set(Role)
    for role, words in shown.items():
        named = set(re.findall(r"`([\w:-]+)`", words))
        assert named == set(ROLES[Role(role)]) or words == "everything", role
    assert [role for role, words in shown.items() if words == "everything"] == [ADMIN]


# What each endpoint of the gateway itself asks for; None is any caller with a key.
OWN = {
    ("GET", "/api/v1/me"): None,
    ("GET", "/api/v1/users"): P.EDIT_USERS,
    ("POST", "/api/v1/users"): P.EDIT_USERS,
    ("GET", "/api/v1/users/{name}"): P.EDIT_USERS,
    ("PATCH", "/api/v1/users/{name}"): P.EDIT_USERS,
    ("GET", "/api/v1/keys"): P.EDIT_USERS,
    ("POST", "/api/v1/keys"): P.EDIT_USERS,
    ("DELETE", "/api/v1/keys/{key_id}"): P.EDIT_USERS,
    ("GET", "/api/v1/events"): P.VIEW,
    ("GET", "/api/v1/operations/work"): P.OPERATE,
    ("GET", "/api/v1/operations/dead-deliveries"): P.OPERATE,
    ("POST", "/api/v1/operations/dead-deliveries/{room}/{event_id}/retry"): P.OPERATE,
}


async def test_own_endpoints_ask_for_what_the_table_says(house: House) -> None:
    described = house.app._pages.openapi()["paths"]
    found = {(method.upper(), path) for path, item in described.items() for method in item}
    assert found == set(OWN)


@pytest.mark.parametrize("role", list(Role))
async def test_every_role_at_every_own_endpoint(house: House, role: Role) -> None:
    key = await house.key_of("somebody", role)
    for (method, path), permission in OWN.items():
        some = "019a4f6e-2c1d-7a3b-9c58-0d1e2f3a4b5c"
        address = path.format(name="nobody", key_id=some, event_id=some, room="monitor")
        # An id that is no id: whoever is let in to the stream gets 422, and not a stream.
        response = await house.call(method, address, key, headers={"Last-Event-ID": "x"}, json={})
        let_in = permission is None or permission in ROLES[role]
        assert (response.status_code != 403) == let_in, (method, path)
        assert response.status_code != 401
        assert response.status_code < 500
