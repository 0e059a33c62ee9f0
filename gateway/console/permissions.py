"""What each permission lets somebody do, as the reason beside a disabled button says it."""

from collections.abc import Mapping

from gateway.console.words import N_
from shared.contracts.actors import Permission

PERMISSIONS: Mapping[Permission, str] = {
    Permission.VIEW: N_("see what is going on"),
    Permission.INGEST_POSTS: N_("bring in posts"),
    Permission.EDIT_SOURCES: N_("change sources"),
    Permission.EDIT_WATCHES: N_("change watches"),
    Permission.HANDLE_WARNINGS: N_("acknowledge and dismiss warnings"),
    Permission.SEND_REPORTS: N_("report what you saw"),
    Permission.SEND_PUBLIC_REPORTS: N_("hand on reports of people who are not signed in"),
    Permission.HANDLE_REPORTS: N_("handle reports"),
    Permission.EDIT_REPORT_LINKS: N_("open and close the public report page"),
    Permission.WALK_PATROLS: N_("carry out patrols"),
    Permission.EDIT_PATROLS: N_("change patrols, key sites and officers"),
    Permission.CLASSIFY: N_("have texts analysed"),
    Permission.EDIT_MODELS: N_("change models"),
    Permission.LABEL_POSTS: N_("say what posts feel"),
    Permission.EXPORT_LABELS: N_("take labels away for training"),
    Permission.OPEN_INCIDENTS: N_("open incidents"),
    Permission.ASSESS_INCIDENTS: N_("assess incidents"),
    Permission.ACTIVATE_RESPONSE: N_("decide on the response"),
    Permission.CLOSE_INCIDENTS: N_("close incidents"),
    Permission.ISSUE_COMMANDS: N_("issue commands"),
    Permission.CARRY_OUT_COMMANDS: N_("carry out commands"),
    Permission.DRAFT_STATEMENTS: N_("draft statements"),
    Permission.REVIEW_FOR_DEPARTMENT: N_("review statements for a department"),
    Permission.REVIEW_FOR_LEGAL: N_("review statements for legal"),
    Permission.APPROVE_STATEMENTS: N_("approve statements"),
    Permission.PUBLISH_STATEMENTS: N_("publish statements"),
    Permission.EDIT_TEAMS: N_("change working groups"),
    Permission.EDIT_ALERTS: N_("change who is alerted, and how"),
    Permission.READ_CASES: N_("read case files"),
    Permission.EXPORT_CASES: N_("download case files"),
    Permission.SEAL_CASES: N_("seal case files"),
    Permission.OPERATE: N_("look after the system"),
    Permission.EDIT_USERS: N_("change users and keys"),
}
