"""Reading the times that people and exports write. Pure."""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from email.utils import parsedate_to_datetime

# 2026-11-01T21:04:00+08:00, 2026/11/1 21:04, 2026年11月1日 21时04分, 2026.11.01
_NUMERIC = re.compile(
    r"""
    (?P<year>\d{4}) \s? [-/.年] \s? (?P<month>\d{1,2}) \s? [-/.月] \s? (?P<day>\d{1,2}) \s? 日?
    (?: [T\s]* (?P<hour>\d{1,2}) [:时点] (?P<minute>\d{1,2}) 分?
        (?: :? (?P<second>\d{1,2}) (?: [.,] (?P<fraction>\d{1,6}) \d* )? 秒? )? )?
    \s* (?P<zone> Z | UTC | GMT | [+-]\d{2}:?\d{2} )?
    """,
    re.VERBOSE | re.ASCII | re.IGNORECASE,
)
# How a spreadsheet counts where a cell is not formatted as a time: days since 1899-12-30
# (ECMA-376, part 1, section 18.17.4), here from 1990 to 2100.
_SERIAL = re.compile(r"\d{5}(?:\.\d{1,15})?", re.ASCII)
_SERIALS = (32_874, 73_050)
_DAY_0 = datetime(1899, 12, 30)  # noqa: DTZ001 the zone follows
_EPOCH = re.compile(r"\d{9,10}(?:\.\d+)?|\d{12,13}", re.ASCII)
_LONGEST = 64
_MILLISECONDS_FROM = 1e11


def read_time(value: str | float, zone: tzinfo) -> datetime:
    """The moment that `value` names; `zone` holds where it names none.

    Takes ISO 8601, the usual Chinese forms, RFC 2822, Weibo's form, seconds or milliseconds since
    the epoch, and the days by which spreadsheets count. Forms in which day and month can be
    confused (11/1/2026) are not guessed at.

    Raises:
        ValueError: it names no moment.
    """
    text = str(value).strip()
    if not text or len(text) > _LONGEST or isinstance(value, bool):
        raise ValueError("no time")
    try:
        if _EPOCH.fullmatch(text):
            seconds = float(text)
            return datetime.fromtimestamp(
                seconds / 1000 if seconds >= _MILLISECONDS_FROM else seconds, UTC
            )
        if _SERIAL.fullmatch(text) and _SERIALS[0] <= float(text) < _SERIALS[1]:
            seconds = round(float(text) * 86_400)
            return (_DAY_0 + timedelta(seconds=seconds)).replace(tzinfo=zone)
        if found := _NUMERIC.fullmatch(text):
            return _from_parts(found, zone)
        return _from_words(text, zone)
    except (ValueError, OverflowError, TypeError, IndexError) as error:
        raise ValueError(f"{text!r} is no time") from error


def _from_parts(found: re.Match[str], zone: tzinfo) -> datetime:
    year, month, day, hour, minute, second = (
        int(found[name] or 0) for name in ("year", "month", "day", "hour", "minute", "second")
    )
    return datetime(
        year,
        month,
        day,
        hour,
        minute,
        second,
        int((found["fraction"] or "0").ljust(6, "0")),
        tzinfo=_zone(found["zone"]) or zone,
    )


def _zone(text: str | None) -> timezone | None:
    if text is None:
        return None
    if text[0] not in "+-":
        return UTC
    hours, minutes = int(text[1:3]), int(text[-2:])
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if text[0] == "-" else offset)


def _from_words(text: str, zone: tzinfo) -> datetime:
    moment = parsedate_to_datetime(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)
