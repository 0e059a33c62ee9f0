"""What a refusal of the API means for the work in hand."""

from collections.abc import Mapping

from gateway.console.words import N_

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
