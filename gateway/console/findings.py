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
    "asterisk": N_(
        "“%(term)s” is looked for with its sign; only alphabetic words can be left open (pay*)."
    ),
    "mistyped": N_("“%(term)s” is looked for as it is written; did you mean “%(other)s”?"),
    "connective": N_(
        "“%(term)s” stands where a word must stand, and is looked for; it joins what stands on "
        "both sides of it."
    ),
    "glued": N_("“%(term)s” is looked for as one word; with spaces “%(other)s” joins two."),
    "unknown_alias": N_("There is no alias “%(term)s”: it is looked for as it is written."),
    "unknown_field": N_(
        "There is no field “%(other)s”: “%(term)s” is looked for as it is written."
    ),
    "too_broad": N_("%(term)s of the past posts match; a watch is meant to find few."),
    "no_match": N_("None of the past posts matches."),
}

# Why an expression cannot be read, by the code of the mistake.
MISTAKES: Mapping[str, str] = {
    "empty": N_("The expression is empty."),
    "too_long": N_("The expression has %(count)s characters; %(limit)s are allowed."),
    "too_many_words": N_("More than %(limit)s words and phrases."),
    "too_many_spellings": N_("More than %(limit)s words with all spellings of the aliases."),
    "too_deep": N_("Nested more than %(limit)s deep."),
    "only_excludes": N_(
        "The expression only excludes: it would match every post without these"
        " words; add a word that must be there."
    ),
    "open_quotation": N_("This quotation is not closed."),
    "open_bracket": N_("This parenthesis is not closed."),
    "stray_bracket": N_("This parenthesis closes nothing."),
    "cannot_begin": N_("The expression cannot begin with “%(found)s”."),
    "must_follow": N_("A word, phrase or group must follow “%(before)s”, not “%(found)s”."),
    "unfinished": N_("A word, phrase or group must follow “%(before)s”, not the end."),
    "nothing_to_find": N_("There is nothing to look for in this phrase."),
    "only_signs": N_("“%(term)s” is no word; put it in quotes to look for it as it is."),
    "dash": N_("“-” must stand directly before the word that it excludes."),
    "dash_inside": N_("Write “%(left)s -%(right)s” to exclude, or put it in quotes."),
    "plus_inside": N_("Write “%(left)s AND %(right)s” for both, or put it in quotes."),
    "separator": N_(
        "Write “%(left)s OR %(right)s” for one of them, “%(left)s AND %(right)s” for both,"
        " or put it in quotes."
    ),
    "new_line": N_("A new line joins nothing: write OR or AND before “%(term)s”."),
    "other_brackets": N_("Only ( ) group words; put “%(term)s” in quotes to look for its bracket."),
    "how_near": N_("Say how near, with spaces around: a NEAR/5 b."),
    "too_far": N_("The distance is at most %(limit)s."),
    "near_chain": N_("Nearness joins two words or groups: write (a NEAR/5 b) AND (b NEAR/5 c)"),
    "near_group": N_("Beside “%(term)s” stands a word, a phrase, or a group of them joined by OR."),
    "near_fields": N_(
        "Both sides of “%(term)s” must be looked for in the same place: write title:(a NEAR/5 b)"
    ),
    "near_code": N_("There is no nearness in a code."),
    "field_in_field": N_("A field cannot stand inside another."),
    "count": N_(
        "“%(term)s” asks for %(count)s of %(limit)s; separate the choices by commas: 2 OF (a, b, c)"
    ),
}
