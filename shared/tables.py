"""The tables of the corridor (schema `corridor`), which every room may use."""

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSON

corridor = MetaData(schema="corridor")

_now = func.clock_timestamp()
_moment = DateTime(timezone=True)

# What happened. `transaction_id` and `position` order the live stream: a reader that stays below
# the oldest running transaction never overtakes an event that is still being committed.
events = Table(
    "events",
    corridor,
    Column("id", Uuid, primary_key=True),
    Column("position", BigInteger, Identity(always=True), nullable=False),
    Column(
        "transaction_id",
        BigInteger,
        server_default=text("(pg_current_xact_id()::text)::bigint"),
        nullable=False,
    ),
    Column("type", Text, nullable=False),
    # json, not jsonb: never searched, cheaper to store, and it keeps what was written.
    Column("payload", JSON, nullable=False),
    Column("request_id", Text),
    Column("occurred_at", _moment, server_default=_now, nullable=False),
    Index("events_in_commit_order", "transaction_id", "position"),
)

# Which room still has to hear it. `available_at` is when anybody may take the delivery next: a
# claim moves it to the end of the lease, a failure to the next try.
deliveries = Table(
    "deliveries",
    corridor,
    Column("event_id", Uuid, nullable=False),
    Column("room", String(16), nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("type", Text, nullable=False),
    Column("priority", SmallInteger, nullable=False),
    Column("ordering_key", Text),
    Column("state", String(8), server_default="ready", nullable=False),
    Column("attempts", Integer, server_default="0", nullable=False),
    Column("fence", BigInteger, server_default="0", nullable=False),
    Column("available_at", _moment, server_default=_now, nullable=False),
    Column("done_at", _moment),
    Column("error", Text),
    PrimaryKeyConstraint("event_id", "room"),
    Index(
        "deliveries_ready", "room", "priority", "position", postgresql_where=text("state = 'ready'")
    ),
    Index(
        "deliveries_in_order",
        "room",
        "ordering_key",
        "position",
        postgresql_where=text("ordering_key IS NOT NULL AND state <> 'done'"),
    ),
    Index("deliveries_done", "done_at", postgresql_where=text("state = 'done'")),
    Index("deliveries_dead", "room", "position", postgresql_where=text("state = 'dead'")),
)

# One row a due time: two schedulers cannot run one twice.
schedules = Table(
    "schedules",
    corridor,
    Column("name", Text, nullable=False),
    Column("due_at", _moment, nullable=False),
    Column("created_at", _moment, server_default=_now, nullable=False),
    UniqueConstraint("name", "due_at"),
)

# Answers to requests that carried an Idempotency-Key, kept for a day.
idempotency_keys = Table(
    "idempotency_keys",
    corridor,
    Column("room", String(16), nullable=False),
    Column("actor_id", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("request_hash", LargeBinary, nullable=False),
    Column("status", SmallInteger),
    Column("media_type", Text),
    Column("body", LargeBinary),
    Column("created_at", _moment, server_default=_now, nullable=False),
    PrimaryKeyConstraint("room", "actor_id", "key"),
    Index("idempotency_keys_by_age", "created_at"),
)

# Workers that live: each writes its row every few seconds.
workers = Table(
    "workers",
    corridor,
    Column("id", Uuid, primary_key=True),
    Column("room", String(16), nullable=False),
    Column("host", Text, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("started_at", _moment, server_default=_now, nullable=False),
    Column("seen_at", _moment, server_default=_now, nullable=False),
)
