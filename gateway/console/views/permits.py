"""Whether a button works, and if not, what would make it so. Pure rules; the API still decides."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from gateway.console.permissions import PERMISSIONS
from gateway.console.words import N_
from shared.contracts.actors import Actor, Permission


@dataclass(frozen=True)
class Permit:
    """`allowed`, or the reason why not: message ids, `what` goes into `why`."""

    allowed: bool
    why: str = ""
    what: str = ""


YES = Permit(True)
_NEEDS_ROLE = N_("Your roles do not let you %(what)s.")


def permit(actor: Actor, permission: Permission, *blocks: tuple[bool, str]) -> Permit:
    """Allowed for who holds `permission`, unless one of `blocks` (is it in the way, why) is."""
    if not actor.may(permission):
        return Permit(False, _NEEDS_ROLE, PERMISSIONS[permission])
    for blocked, why in blocks:
        if blocked:
            return Permit(False, why)
    return YES


def state_block(state: str | None, allowed: Collection[str], why: str) -> tuple[bool, str]:
    """In the way when `state` is none of `allowed`."""
    return state not in allowed, why


_P = Permission
_CLOSED = N_("The incident is closed.")
_NOT_ACTIVE = N_("Commands need an active response: activate it first.")

# What may be done to an incident: the permission, the states it is possible in, why not otherwise.
INCIDENT_ACTS: Mapping[str, tuple[Permission, tuple[str, ...], str]] = {
    "assess": (_P.ASSESS_INCIDENTS, ("open", "active", "declined", "stood_down"), _CLOSED),
    "note": (_P.ASSESS_INCIDENTS, ("open", "active", "declined", "stood_down"), _CLOSED),
    "activate": (
        _P.ACTIVATE_RESPONSE,
        ("open", "declined", "stood_down"),
        N_("The response is active already, or the incident is closed."),
    ),
    "decline": (
        _P.ACTIVATE_RESPONSE,
        ("open",),
        N_("This was decided already."),
    ),
    "command": (_P.ISSUE_COMMANDS, ("active",), _NOT_ACTIVE),
    "state": (
        _P.DRAFT_STATEMENTS,
        ("open", "active", "stood_down"),
        N_("No statement is made in this state of the incident."),
    ),
    "stand-down": (_P.ACTIVATE_RESPONSE, ("active",), N_("The response is not active.")),
    "close": (
        _P.CLOSE_INCIDENTS,
        ("declined", "stood_down"),
        N_("Close it after the response has ended, or after the decision that none is needed."),
    ),
}


def incident_permits(actor: Actor, state: str | None) -> dict[str, Permit]:
    """What `actor` may do to an incident in `state`."""
    return {
        name: permit(actor, permission, state_block(state, states, why))
        for name, (permission, states, why) in INCIDENT_ACTS.items()
    }


def warning_permits(actor: Actor, warning: Mapping[str, object]) -> dict[str, Permit]:
    """What `actor` may do with a warning."""
    state = str(warning.get("state", ""))
    return {
        "acknowledge": permit(
            actor,
            _P.HANDLE_WARNINGS,
            state_block(state, ("active",), N_("Somebody has dealt with it already.")),
        ),
        "dismiss": permit(
            actor,
            _P.HANDLE_WARNINGS,
            state_block(state, ("active", "acknowledged"), N_("The warning is over.")),
        ),
        "open-incident": permit(
            actor,
            _P.OPEN_INCIDENTS,
            (bool(warning.get("incident_id")), N_("There is an incident for it already.")),
        ),
    }


def command_permits(actor: Actor, command: Mapping[str, object]) -> dict[str, Permit]:
    """What `actor` may do with a command of a group."""
    # Whoever issues commands may also carry them out for a group that cannot be reached.
    outside = (
        str(command.get("group")) not in actor.groups and not actor.may(_P.ISSUE_COMMANDS),
        N_("Only members of the group do this."),
    )
    return {
        "receive": permit(
            actor,
            _P.CARRY_OUT_COMMANDS,
            (bool(command.get("acknowledged_at")), N_("Receipt is confirmed already.")),
            outside,
        ),
        "complete": permit(
            actor,
            _P.CARRY_OUT_COMMANDS,
            (bool(command.get("completed_at")), N_("It is reported done already.")),
            (not command.get("acknowledged_at"), N_("Confirm receipt first.")),
            outside,
        ),
    }
