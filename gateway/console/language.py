"""The languages of the console: which one a visitor reads, and its messages."""

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

from babel import Locale, negotiate_locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

CHINESE, ENGLISH = "zh-CN", "en"
LANGUAGES = (CHINESE, ENGLISH)
COOKIE = "groundswell_language"
LOCALES = {CHINESE: Locale.parse("zh_CN"), ENGLISH: Locale.parse("en")}

_FOLDER = Path(__file__).parent / "locales"


def choose_language(query: Mapping[str, str], cookies: Mapping[str, str], accept: str) -> str:
    """What was asked for in the address, else what was chosen before, else what the browser wants.

    Chinese comes first: it is the answer where nothing was said, or nothing that we speak.
    """
    for chosen in (query.get("lang"), cookies.get(COOKIE)):
        if chosen in LANGUAGES:
            return chosen
    wanted = [part.split(";")[0].strip().replace("-", "_") for part in accept.split(",")]
    found = negotiate_locale(wanted, ["zh_CN", "zh", "en"])
    return ENGLISH if found == "en" else CHINESE


def load_messages(language: str) -> NullTranslations:
    """The messages of a language, read from its `.po` file: a fresh clone needs no build step.

    The message ids are the English texts.
    """
    if language == ENGLISH:
        return NullTranslations()
    path = _FOLDER / language.replace("-", "_") / "LC_MESSAGES" / "messages.po"
    compiled = BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language.replace("-", "_")))
    compiled.seek(0)
    return Translations(compiled)
