"""What codes of reports and patrols are called."""

from collections.abc import Mapping

from gateway.console.words import N_

REPORT_WORDS: Mapping[str, Mapping[str, str]] = {
    "origin": {
        "staff_report": N_("Staff report"),
        "officer_report": N_("Officer's report"),
        "public_report": N_("Public report"),
        "patrol": N_("Patrol"),
        "by_hand": N_("Entered by hand"),
    },
    "report_state": {
        "new": N_("not looked at yet"),
        "taken_up": N_("taken up"),
        "linked": N_("linked"),
        "not_relevant": N_("not relevant"),
    },
    "urgency": {
        "low": N_("can wait"),
        "normal": N_("today"),
        "high": N_("at once"),
    },
    "round_state": {
        "open": N_("open"),
        "done": N_("done"),
        "missed": N_("missed"),
    },
    "finding": {
        "nothing": N_("nothing"),
        "found": N_("found something"),
    },
    "priority": {
        "high": N_("first"),
        "normal": N_("as a rule"),
        "low": N_("if there is time"),
    },
}
