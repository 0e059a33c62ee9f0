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

# What does not fit, by the code of the error, where people without training meet it.
REFUSALS: Mapping[str, str] = {
    "nothing_told": N_("Say what you saw: a link, a few words or a screenshot."),
    "no_link": N_("There is no link in what was pasted. Put words into the field for words."),
    "picture_form": N_("The picture is no PNG, JPEG or WebP file. Take a screenshot of it."),
    "picture_heic": N_("The picture is a HEIC photograph. Take a screenshot of it and send that."),
    "picture_broken": N_("The picture cannot be read. Take it again."),
    "picture_pixels": N_("The picture has too many pixels. Send a part of it."),
    "bytes_too_long": N_("The picture is larger than 16 MiB. Send a part of it."),
    "page_unread": N_("The page could not be read. Put into words what it says."),
}
