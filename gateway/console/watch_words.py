"""The words of watches: their parts and versions, what trying them says, back-tests, shadows."""

from collections.abc import Mapping

from gateway.console.words import N_

WATCH_WORDS: Mapping[str, Mapping[str, str]] = {
    "change": {"new": N_("new"), "lost": N_("lost")},
    "clause_role": {
        "asks": N_("asked for"),
        "excludes": N_("takes away"),
        "filters": N_("lets through"),
    },
    "setting": {
        "name": N_("Name"),
        "expression": N_("Expression"),
        "exclusions": N_("Never counts"),
        "filters": N_("Filters"),
        "targets": N_("Targets"),
        "thresholds": N_("Thresholds"),
        "enabled": N_("on or off"),
        "sample": N_("Sample"),
    },
    "backtest_status": {
        "queued": N_("Waits"),
        "running": N_("Is being tried"),
        "done": N_("Tried"),
        "failed": N_("Failed"),
        "cancelled": N_("Stopped"),
    },
    "backtest_change": {
        "new": N_("New"),
        "lost": N_("Lost"),
        "earlier": N_("Earlier"),
        "later": N_("Later"),
        "same": N_("The same"),
    },
    "backtest_side": {
        "present": N_("Live settings"),
        "draft": N_("Draft settings"),
        "stored": N_("On record"),
    },
    "shadow_outcome": {
        "promoted": N_("Became live"),
        "dropped": N_("Dropped"),
    },
}
