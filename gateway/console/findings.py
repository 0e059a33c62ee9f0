"""What is told of a watch that is probably not meant as it is written."""

from collections.abc import Mapping

from gateway.console.words import N_

# What is probably not meant in a watch, by the code of the finding.
FINDINGS: Mapping[str, str] = {
    "unreadable": N_("This cannot be read."),
    "duplicate": N_("“%(term)s” stands here twice; once is enough."),
    "contained": N_("“%(term)s” is never needed: whatever has it has “%(other)s” as well."),
    "never": N_("No post can match: “%(term)s” is asked for, and “%(other)s” excludes it."),
    "never_counts": N_("“%(term)s” can never count: “%(other)s” excludes every post that has it."),
    "common_character": N_("“%(term)s” alone is part of a great many words; use a longer one."),
    "short_prefix": N_("“%(term)s*” finds a great many words; write more of the beginning."),
    "mixed": N_(
        "AND binds before OR: this is read as %(other)s. Put parentheses where you mean them."
    ),
    "brackets": N_("“%(term)s” is looked for with its bracket; only ( ) and （ ） group words."),
    "comma": N_("“%(term)s” is looked for with its comma; write OR between alternatives."),
    "asterisk": N_(
        "“%(term)s” is looked for with its asterisk; only alphabetic words can be left open (pay*)."
    ),
    "unknown_alias": N_("There is no alias “%(term)s”: it is looked for as it is written."),
    "unknown_field": N_(
        "There is no field “%(other)s”: “%(term)s” is looked for as it is written."
    ),
    "too_broad": N_("%(term)s of the past posts match; a watch is meant to find few."),
    "no_match": N_("None of the past posts matches."),
}
