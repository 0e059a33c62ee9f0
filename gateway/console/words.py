"""The words in which codes of the API are told: English here, Chinese in `locales`."""

from collections.abc import Mapping

from shared.contracts.actors import Permission


def N_(message: str) -> str:
    """Mark a message for translation; the page translates it when it is shown."""
    return message


WORDS: Mapping[str, Mapping[str, str]] = {
    "level": {
        "blue": N_("Blue IV"),
        "yellow": N_("Yellow III"),
        "orange": N_("Orange II"),
        "red": N_("Red I"),
    },
    "incident_level": {
        "ordinary": N_("Ordinary"),
        "larger": N_("Larger"),
        "major": N_("Major"),
        "extraordinary": N_("Extraordinary"),
    },
    "warning_state": {
        "active": N_("Waits for somebody"),
        "acknowledged": N_("Acknowledged"),
        "dismissed": N_("Dismissed"),
        "ended": N_("Ended"),
    },
    "incident_state": {
        "open": N_("Open, not decided"),
        "active": N_("Response active"),
        "declined": N_("No response needed"),
        "stood_down": N_("Stood down"),
        "closed": N_("Closed"),
    },
    "command_state": {
        "issued": N_("Not acknowledged"),
        "acknowledged": N_("In hand"),
        "done": N_("Done"),
        "done_late": N_("Done, late"),
        "overdue": N_("Overdue"),
    },
    "statement_state": {
        "draft": N_("Draft"),
        "in_review": N_("In review"),
        "department_review": N_("Waits for the department's review"),
        "legal_review": N_("Waits for the legal review"),
        "approval": N_("Waits for approval"),
        "publishing": N_("Being published"),
        "approved": N_("Approved"),
        "published": N_("Published"),
        "withdrawn": N_("Withdrawn"),
        "returned": N_("Sent back"),
    },
    "step": {
        "drafted": N_("Draft"),
        "department_review": N_("Department's review"),
        "legal_review": N_("Legal review"),
        "approval": N_("Leading group's approval"),
        "publication": N_("Publication"),
    },
    "statement_kind": {
        "holding": N_("First response"),
        "statement": N_("Statement"),
        "correction": N_("Correction"),
    },
    "publication_state": {
        "sending": N_("On its way"),
        "queued": N_("On its way"),
        "published": N_("Published"),
        "failed": N_("Failed"),
        "unknown": N_("Unknown, somebody must look"),
    },
    "case_state": {"open": N_("Open, still growing"), "sealed": N_("Sealed")},
    "stage": {
        "collection": N_("Collection"),
        "assessment": N_("Assessment"),
        "decision": N_("Decision"),
        "commands": N_("Commands"),
        "statements": N_("Statements"),
        "closing": N_("Closing"),
    },
    "sentiment": {
        "positive": N_("Positive"),
        "neutral": N_("Neutral"),
        "negative": N_("Negative"),
    },
    "emotion": {
        "joy": N_("joy"),
        "anger": N_("anger"),
        "sadness": N_("sadness"),
        "fear": N_("fear"),
        "surprise": N_("surprise"),
        "disgust": N_("disgust"),
        "neutral": N_("calm"),
    },
    "stance": {
        "favor": N_("In favour"),
        "against": N_("Against"),
        "none": N_("Neither"),
    },
    "task": {
        "sentiment": N_("Sentiment"),
        "emotion": N_("Emotion"),
        "stance": N_("Stance"),
    },
    "label_state": {
        "current": N_("Counts"),
        "replaced": N_("Replaced by a later one"),
        "withdrawn": N_("Taken back"),
    },
    "release_state": {
        "candidate": N_("Candidate"),
        "live": N_("In use"),
        "retired": N_("Retired"),
    },
    "credibility": {
        "high": N_("High"),
        "medium": N_("Medium"),
        "low": N_("Low"),
        "unknown": N_("Not known yet"),
    },
    "platform": {
        "weibo": N_("Weibo"),
        "wechat": N_("WeChat"),
        "forum": N_("Forum"),
        "news": N_("News"),
        "blog": N_("Blog"),
        "zhihu": N_("Zhihu"),
        "douyin": N_("Douyin"),
        "video": N_("Short video"),
        "shortvideo": N_("Short video"),
        "bilibili": N_("Bilibili"),
        "xiaohongshu": N_("Xiaohongshu"),
        "review": N_("Reviews"),
        "staff": N_("Staff report"),
        "mastodon": "Mastodon",
        "bluesky": "Bluesky",
        "reddit": "Reddit",
        "x": "X",
    },
    "actor_kind": {
        "person": N_("a person"),
        "program": N_("a program"),
        "system": N_("the system"),
    },
    "room": {
        "gateway": N_("Gateway"),
        "monitor": N_("Monitoring"),
        "analysis": N_("Analysis"),
        "response": N_("Response"),
        "archive": N_("Archive"),
    },
}

# What each permission lets somebody do, as the reason beside a disabled button says it.
PERMISSIONS: Mapping[Permission, str] = {
    Permission.VIEW: N_("see what is going on"),
    Permission.INGEST_POSTS: N_("bring in posts"),
    Permission.EDIT_SOURCES: N_("change sources"),
    Permission.EDIT_WATCHES: N_("change watches"),
    Permission.HANDLE_WARNINGS: N_("acknowledge and dismiss warnings"),
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
    Permission.READ_CASES: N_("read case files"),
    Permission.EXPORT_CASES: N_("download case files"),
    Permission.SEAL_CASES: N_("seal case files"),
    Permission.OPERATE: N_("look after the system"),
    Permission.EDIT_USERS: N_("change users and keys"),
}

# What a problem means for the work in hand, by the last part of its type.
PROBLEMS: Mapping[str, str] = {
    "bad-request": N_("The request could not be read."),
    "not-signed-in": N_("You are not signed in any more. Sign in again in another tab and repeat."),
    "not-permitted": N_("Your roles do not allow this. An administrator can give you the role."),
    "four-eyes-needed": N_("Nobody reviews or approves what they wrote themselves."),
    "not-found": N_("This is not there, or not for your eyes."),
    "method-not-allowed": N_("This cannot be done here."),
    "conflict": N_("As things stand this is not possible."),
    "changed-meanwhile": N_("Somebody changed this meanwhile. Read it again before you go on."),
    "too-large": N_("This is more than one request may carry."),
    "values-do-not-fit": N_("Something that was entered does not fit."),
    "if-match-needed": N_("Read the page again before you change this."),
    "too-many-requests": N_("Too much at once. Wait a moment and try again."),
    "not-available-now": N_("The service does not answer now. Try again in a moment."),
    "no-answer-in-time": N_("The service did not answer in time. Try again in a moment."),
    "internal-error": N_("Something broke on our side. Nothing was changed. It is in the log."),
}
UNKNOWN_PROBLEM = N_("This did not work.")

# What the line at the top says after a form has done its work.
DONE: Mapping[str, str] = {
    "acknowledged": N_("Acknowledged. Your name is on it."),
    "dismissed": N_("Dismissed, with your reason on record."),
    "opened": N_("The incident is open. The leading group was told."),
    "assessed": N_("Your assessment is on record."),
    "activated": N_("The response is active."),
    "declined": N_("Decided: no response. The reason is on record."),
    "commanded": N_("The command is issued. Its clock runs."),
    "received": N_("Receipt confirmed."),
    "completed": N_("Reported done."),
    "noted": N_("Written on the timeline."),
    "stood-down": N_("The response has ended. Follow-up goes on until the incident is closed."),
    "closed": N_("The incident is closed. Its case file is being sealed."),
    "drafted": N_("The draft is kept."),
    "rewritten": N_("A new version is kept. Earlier reviews do not count for it."),
    "submitted": N_("The statement is in review."),
    "reviewed": N_("Your review is on record."),
    "approved": N_("Approved: exactly this text, and no other."),
    "returned": N_("Sent back, with your comment."),
    "published": N_("Publication is ordered. Each channel reports below."),
    "resolved": N_("What became of it is on record."),
    "withdrawn": N_("Withdrawn. The history stays."),
    "labelled": N_("Your label is on record, and counts from now on."),
    "label-withdrawn": N_("Your label is taken back. It stays in the history."),
    "appearance": N_("Your settings are kept in this browser."),
}
