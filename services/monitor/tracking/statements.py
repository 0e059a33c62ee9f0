"""The SQL of tracking, in arrays."""

from sqlalchemy import DateTime, Float, Integer, Uuid, text
from sqlalchemy.types import Boolean

from shared.arrays import array_statement

_UUID, _MOMENT = Uuid(), DateTime(timezone=True)

INSERT_MENTIONS = array_statement(
    """
INSERT INTO monitor.mentions (watch_id, post_id, story_id, terms, platform, published_at, copy)
SELECT watch_id, post_id, story_id, terms::jsonb, platform, published_at, copy
FROM unnest(:watch_id, :post_id, :story_id, :terms, :platform, :published_at, :copy)
  AS new (watch_id, post_id, story_id, terms, platform, published_at, copy)
ON CONFLICT DO NOTHING
""",
    "watch_id post_id story_id terms platform published_at copy",
    {
        "watch_id": _UUID,
        "post_id": _UUID,
        "story_id": _UUID,
        "published_at": _MOMENT,
        "copy": Boolean(),
    },
)

UPSERT_STORIES = array_statement(
    """
INSERT INTO monitor.stories (id, watch_id, title, profile, tally, evidence, watch_mentions, posts,
    copies, platforms, first_post_at, last_post_at, last_received_at, heat, spread, impact, speed,
    negative_share, keywords)
SELECT id, watch_id, title, profile::json, tally::json, evidence::json, watch_mentions::json,
    posts, copies, platforms::json, first_post_at, last_post_at, last_received_at, heat, spread,
    impact, speed, negative_share::json, keywords::json
FROM unnest(:id, :watch_id, :title, :profile, :tally, :evidence, :watch_mentions, :posts, :copies,
    :platforms, :first_post_at, :last_post_at, :last_received_at, :heat, :spread, :impact, :speed,
    :negative_share, :keywords)
  AS new (id, watch_id, title, profile, tally, evidence, watch_mentions, posts, copies, platforms,
    first_post_at, last_post_at, last_received_at, heat, spread, impact, speed, negative_share,
    keywords)
ON CONFLICT (id) DO UPDATE SET
    watch_id = excluded.watch_id, title = excluded.title,
    profile = coalesce(excluded.profile, stories.profile),
    tally = excluded.tally, evidence = excluded.evidence,
    watch_mentions = excluded.watch_mentions, posts = excluded.posts, copies = excluded.copies,
    platforms = excluded.platforms, first_post_at = excluded.first_post_at,
    last_post_at = excluded.last_post_at, last_received_at = excluded.last_received_at,
    heat = excluded.heat, spread = excluded.spread, impact = excluded.impact,
    speed = excluded.speed, negative_share = excluded.negative_share, keywords = excluded.keywords
""",
    "id watch_id title profile tally evidence watch_mentions posts copies platforms first_post_at "
    "last_post_at last_received_at heat spread impact speed negative_share keywords",
    {
        "id": _UUID,
        "watch_id": _UUID,
        "posts": Integer(),
        "copies": Integer(),
        "first_post_at": _MOMENT,
        "last_post_at": _MOMENT,
        "last_received_at": _MOMENT,
        "heat": Float(),
        "spread": Float(),
        "impact": Float(),
        "speed": Float(),
    },
)

# Where the parents of these posts went, if they went into a story at all.
FIND_PLACES = array_statement(
    """
SELECT post.platform, post.external_id, (array_agg(mention.story_id))[1] AS story_id,
    array_agg(mention.watch_id) AS watch_ids
FROM unnest(:platform, :external_id) AS sought (platform, external_id)
JOIN monitor.posts AS post
  ON post.platform = sought.platform AND post.external_id = sought.external_id
JOIN monitor.mentions AS mention ON mention.post_id = post.id
GROUP BY post.platform, post.external_id
""",
    "platform external_id",
)

# Where the posts that were moved by these changes are now, the newest of them.
FIND_MOVED = array_statement(
    """
SELECT post.platform, post.external_id, post.text_hash, concat_ws(' ', post.title, post.text)
    AS text, (array_agg(mention.story_id))[1] AS story_id,
    array_agg(mention.watch_id) AS watch_ids
FROM monitor.story_moves AS move JOIN monitor.posts AS post ON post.id = move.post_id
JOIN monitor.mentions AS mention ON mention.post_id = post.id
WHERE move.change_id = ANY(:changes)
GROUP BY post.id ORDER BY post.id DESC LIMIT 20000
""",
    "changes",
    {"changes": _UUID},
)

FIND_MENTIONED = array_statement(
    """
SELECT post_id, (array_agg(story_id))[1] AS story_id, min(published_at) AS published_at,
    array_agg(watch_id) AS watch_ids
FROM monitor.mentions WHERE post_id = ANY(:post_id) GROUP BY post_id
""",
    "post_id",
    {"post_id": _UUID},
)

# Note whether stories count these posts as copies; answers with those that they counted otherwise.
RECAST_MENTIONS = array_statement(
    """
WITH changed AS (
    UPDATE monitor.mentions AS mention SET copy = new.copy
    FROM unnest(:post_id, :copy) AS new (post_id, copy)
    WHERE mention.post_id = new.post_id AND mention.copy IS DISTINCT FROM new.copy
    RETURNING mention.post_id, mention.story_id, mention.published_at, mention.copy,
        mention.watch_id
)
SELECT post_id, (array_agg(story_id))[1] AS story_id, min(published_at) AS published_at,
    bool_or(copy) AS copy, array_agg(watch_id) AS watch_ids
FROM changed GROUP BY post_id
""",
    "post_id copy",
    {"post_id": _UUID, "copy": Boolean()},
)

FIND_OPINIONS = array_statement(
    """
SELECT post_id, coalesce(said_sentiment, sentiment) AS sentiment
FROM monitor.post_opinions WHERE post_id = ANY(:post_id)
""",
    "post_id",
    {"post_id": _UUID},
)

# Answers with the sentiment that counted before, and the one that counts now. What people said of a
# revision counts before what a model says of it, whichever comes first.
UPSERT_OPINIONS = array_statement(
    """
WITH before AS (
    SELECT post_id, coalesce(said_sentiment, sentiment) AS sentiment
    FROM monitor.post_opinions WHERE post_id = ANY(:post_id)
), said AS (
    SELECT DISTINCT ON (post_id, revision, task) post_id, revision, task, label
    FROM monitor.post_labels WHERE post_id = ANY(:post_id)
    ORDER BY post_id, revision, task, labelled_at DESC, label_id DESC
), written AS (
    INSERT INTO monitor.post_opinions (post_id, revision, sentiment, sentiment_confidence,
        sentiment_unsure, emotion, emotion_confidence, emotion_unsure, engine, release,
        said_sentiment, said_emotion)
    SELECT DISTINCT ON (new.post_id) new.post_id, new.revision, new.sentiment,
        new.sentiment_confidence, new.sentiment_unsure, new.emotion, new.emotion_confidence,
        new.emotion_unsure, new.engine, new.release, feeling.label, mood.label
    FROM unnest(:post_id, :revision, :sentiment, :sentiment_confidence, :sentiment_unsure,
        :emotion, :emotion_confidence, :emotion_unsure, :engine, :release)
      WITH ORDINALITY AS new (post_id, revision, sentiment, sentiment_confidence,
        sentiment_unsure, emotion, emotion_confidence, emotion_unsure, engine, release, place)
    LEFT JOIN said AS feeling ON feeling.post_id = new.post_id
      AND feeling.revision = new.revision AND feeling.task = 'sentiment'
    LEFT JOIN said AS mood ON mood.post_id = new.post_id
      AND mood.revision = new.revision AND mood.task = 'emotion'
    ORDER BY new.post_id, new.revision DESC, new.place DESC
    ON CONFLICT (post_id) DO UPDATE SET
        revision = excluded.revision, sentiment = excluded.sentiment,
        sentiment_confidence = excluded.sentiment_confidence,
        sentiment_unsure = excluded.sentiment_unsure, emotion = excluded.emotion,
        emotion_confidence = excluded.emotion_confidence,
        emotion_unsure = excluded.emotion_unsure, engine = excluded.engine,
        release = excluded.release, said_sentiment = excluded.said_sentiment,
        said_emotion = excluded.said_emotion
    WHERE post_opinions.revision <= excluded.revision
    RETURNING post_id, coalesce(said_sentiment, sentiment) AS sentiment
)
SELECT written.post_id, written.sentiment, before.sentiment AS sentiment_before
FROM written LEFT JOIN before ON before.post_id = written.post_id
""",
    "post_id revision sentiment sentiment_confidence sentiment_unsure emotion emotion_confidence "
    "emotion_unsure engine release",
    {
        "post_id": _UUID,
        "revision": Integer(),
        "sentiment_confidence": Float(),
        "sentiment_unsure": Boolean(),
        "emotion_confidence": Float(),
        "emotion_unsure": Boolean(),
    },
)

# A person has one label for a task (and target) of a post: an earlier one makes room.
REPLACE_LABEL = text("""
DELETE FROM monitor.post_labels
WHERE post_id = :post_id AND labelled_by ->> 'id' = :person AND task = :task
  AND target IS NOT DISTINCT FROM CAST(:target AS text)
""")

# Let the newest label of a person count, if there is one of the revision that was analysed; answers
# like UPSERT_OPINIONS.
COUNT_LABELS = text("""
WITH before AS (
    SELECT post_id, coalesce(said_sentiment, sentiment) AS sentiment
    FROM monitor.post_opinions WHERE post_id = :post_id
), said AS (
    SELECT DISTINCT ON (task) task, label
    FROM monitor.post_labels JOIN monitor.post_opinions USING (post_id, revision)
    WHERE post_id = :post_id
    ORDER BY task, labelled_at DESC, label_id DESC
), written AS (
    UPDATE monitor.post_opinions SET
        said_sentiment = (SELECT label FROM said WHERE task = 'sentiment'),
        said_emotion = (SELECT label FROM said WHERE task = 'emotion')
    WHERE post_id = :post_id
    RETURNING post_id, coalesce(said_sentiment, sentiment) AS sentiment
)
SELECT written.post_id, written.sentiment, before.sentiment AS sentiment_before
FROM written JOIN before ON before.post_id = written.post_id
""")

# The words of one revision, as they read now or before an edit.
FIND_WORDS = text("""
SELECT platform, language, published_at, coalesce(old.text, post.text) AS text,
    CASE WHEN old.text IS NULL THEN post.title ELSE old.title END AS title
FROM monitor.posts AS post LEFT JOIN monitor.post_revisions AS old
  ON old.post_id = post.id AND old.revision = :revision
WHERE post.id = :post_id AND (post.revision = :revision OR old.post_id IS NOT NULL)
""")
