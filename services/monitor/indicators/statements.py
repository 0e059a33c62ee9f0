"""The SQL of the history of indicators."""

# ruff: noqa: S608 - only constants of this file are put into the statements.

from sqlalchemy import BigInteger, DateTime, Float, Integer, Uuid, bindparam, text

from services.monitor.indicators.bins import MOST_NAMES
from services.monitor.indicators.distinct import KEPT
from shared.arrays import array_statement

# What becomes of a row to which more is counted: sums, the larger voice, and the union of names and
# of sketches, of which the smallest hashes are kept.
_MERGE = f"""
ON CONFLICT (subject_id, at, minutes) DO UPDATE SET
    posts = bins.posts + excluded.posts, copies = bins.copies + excluded.copies,
    negative = bins.negative + excluded.negative, neutral = bins.neutral + excluded.neutral,
    positive = bins.positive + excluded.positive, reach = bins.reach + excluded.reach,
    weight = bins.weight + excluded.weight, voice = greatest(bins.voice, excluded.voice),
    platforms = ARRAY(SELECT DISTINCT unnest(bins.platforms || excluded.platforms)
                      ORDER BY 1 LIMIT {MOST_NAMES}),
    regions = ARRAY(SELECT DISTINCT unnest(bins.regions || excluded.regions)
                    ORDER BY 1 LIMIT {MOST_NAMES}),
    sources = ARRAY(SELECT DISTINCT unnest(bins.sources || excluded.sources)
                    ORDER BY 1 LIMIT {KEPT}),
    authors = ARRAY(SELECT DISTINCT unnest(bins.authors || excluded.authors)
                    ORDER BY 1 LIMIT {KEPT})
"""

# Sketches and names come as text like {1,2}: arrays of arrays must have equal lengths.
ADD_BINS = array_statement(
    f"""
INSERT INTO monitor.indicator_bins AS bins (subject_id, at, minutes, posts, copies, negative,
    neutral, positive, reach, weight, voice, platforms, regions, sources, authors)
SELECT subject_id, at, 1, posts, copies, negative, neutral, positive, reach, weight, voice,
    ARRAY(SELECT jsonb_array_elements_text(platforms::jsonb)),
    ARRAY(SELECT jsonb_array_elements_text(regions::jsonb)),
    sources::bigint[], authors::bigint[]
FROM unnest(:subject_id, :at, :posts, :copies, :negative, :neutral, :positive, :reach, :weight,
    :voice, :platforms, :regions, :sources, :authors)
  AS new (subject_id, at, posts, copies, negative, neutral, positive, reach, weight, voice,
    platforms, regions, sources, authors)
ORDER BY subject_id, at
{_MERGE}
""",
    "subject_id at posts copies negative neutral positive reach weight voice platforms regions "
    "sources authors",
    {
        "subject_id": Uuid(),
        "at": DateTime(timezone=True),
        "posts": Integer(),
        "copies": Integer(),
        "negative": Integer(),
        "neutral": Integer(),
        "positive": Integer(),
        "reach": BigInteger(),
        "weight": Float(),
        "voice": BigInteger(),
    },
)

_SUMS = """
    sum(posts)::int AS posts, sum(copies)::int AS copies, sum(negative)::int AS negative,
    sum(neutral)::int AS neutral, sum(positive)::int AS positive, sum(reach)::bigint AS reach,
    sum(weight) AS weight, max(voice) AS voice"""


def _union(column: str, kept: int) -> str:
    return f"""
LEFT JOIN (
    SELECT subject_id, coarse, (array_agg(DISTINCT value))[1:{kept}] AS {column}
    FROM gone, unnest(gone.{column}) AS value GROUP BY subject_id, coarse
) AS of_{column} USING (subject_id, coarse)"""


_UNIONS = (
    _union("platforms", MOST_NAMES)
    + _union("regions", MOST_NAMES)
    + _union("sources", KEPT)
    + _union("authors", KEPT)
)
_ARRAYS = """coalesce(platforms, '{}'), coalesce(regions, '{}'), coalesce(sources, '{}'),
    coalesce(authors, '{}')"""

# Rows of `fine` minutes from before `before` become rows of `coarse` minutes, some at a time. Those
# that tracking is just adding to are left for the next time.
ROLL_UP = text(f"""
WITH chosen AS (
    SELECT subject_id, at, minutes FROM monitor.indicator_bins
    WHERE minutes = :fine AND at < :before ORDER BY at LIMIT :most FOR UPDATE SKIP LOCKED
), gone AS (
    DELETE FROM monitor.indicator_bins AS bins USING chosen
    WHERE bins.subject_id = chosen.subject_id AND bins.at = chosen.at
      AND bins.minutes = chosen.minutes
    RETURNING bins.*, date_bin(make_interval(mins => :coarse), bins.at, timestamptz 'epoch')
      AS coarse
), sums AS (
    SELECT subject_id, coarse, {_SUMS} FROM gone GROUP BY subject_id, coarse
), written AS (
    INSERT INTO monitor.indicator_bins AS bins (subject_id, at, minutes, posts, copies, negative,
        neutral, positive, reach, weight, voice, platforms, regions, sources, authors)
    SELECT subject_id, coarse, :coarse, posts, copies, negative, neutral, positive, reach, weight,
        voice, {_ARRAYS}
    FROM sums {_UNIONS}
    {_MERGE}
)
SELECT count(*) FROM gone
""").bindparams(bindparam("fine", type_=Integer()), bindparam("coarse", type_=Integer()))

PRUNE = text("""
DELETE FROM monitor.indicator_bins WHERE (subject_id, at, minutes) IN (
    SELECT subject_id, at, minutes FROM monitor.indicator_bins
    WHERE minutes = :minutes AND at < :before LIMIT :most)
""")

# All that was counted of one subject is counted to another.
MOVE_BINS = text(f"""
WITH gone AS (DELETE FROM monitor.indicator_bins WHERE subject_id = :gone RETURNING *)
INSERT INTO monitor.indicator_bins AS bins (subject_id, at, minutes, posts, copies, negative,
    neutral, positive, reach, weight, voice, platforms, regions, sources, authors)
SELECT :into, at, minutes, posts, copies, negative, neutral, positive, reach, weight, voice,
    platforms, regions, sources, authors
FROM gone
{_MERGE}
""").bindparams(bindparam("gone", type_=Uuid()), bindparam("into", type_=Uuid()))

# A subject's history in stretches of `minutes`, of rows that are not coarser than that.
READ_BINS = text(f"""
WITH gone AS (
    SELECT *, date_bin(make_interval(mins => :minutes), at, timestamptz 'epoch') AS coarse
    FROM monitor.indicator_bins
    WHERE subject_id = :subject AND at >= :since AND at < :until AND minutes <= :minutes
), sums AS (SELECT subject_id, coarse, {_SUMS} FROM gone GROUP BY subject_id, coarse)
SELECT coarse AS at, posts, copies, negative, neutral, positive, reach, weight, voice,
    coalesce(platforms, '{{}}') AS platforms, coalesce(regions, '{{}}') AS regions,
    coalesce(sources, '{{}}') AS sources, coalesce(authors, '{{}}') AS authors
FROM sums {_UNIONS}
ORDER BY coarse
""").bindparams(bindparam("subject", type_=Uuid()), bindparam("minutes", type_=Integer()))

# Mentions of several subjects in stretches of `minutes` (1 or a multiple that the rows fit into).
COUNT_MENTIONS = array_statement(
    """
SELECT subject_id, date_bin(make_interval(mins => :minutes), at, timestamptz 'epoch') AS since,
    sum(posts + copies)::int AS mentions
FROM monitor.indicator_bins
WHERE subject_id = ANY(:subject_id) AND at >= :since AND at < :until AND minutes <= :minutes
GROUP BY 1, 2 ORDER BY 2, 1
""",
    "subject_id",
    {"subject_id": Uuid()},
).bindparams(bindparam("minutes", type_=Integer()))
