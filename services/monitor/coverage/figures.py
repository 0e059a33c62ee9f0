"""How the monitor does, for Prometheus: sources that fail, alerts that reach nobody, warnings."""

from collections.abc import Iterable

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.figures import Figure

_SOURCES = text("""
SELECT CASE WHEN alarm.source_id IS NOT NULL THEN 'silent'
            WHEN health.failures > 0 THEN 'failing' ELSE 'ok' END AS state, count(*) AS number
FROM monitor.sources AS source
JOIN monitor.source_health AS health ON health.source_id = source.id
LEFT JOIN monitor.source_alarms AS alarm
    ON alarm.source_id = source.id AND alarm.ended_at IS NULL
WHERE source.enabled GROUP BY 1
""")
_ALERTS = text("""
SELECT count(*) FILTER (WHERE state = 'failed') AS failed,
    count(*) FILTER (WHERE state = 'sending') AS sending,
    coalesce(extract(epoch FROM now() - min(queued_at)
        FILTER (WHERE state = 'sending')), 0)::float AS oldest_seconds
FROM monitor.alerts WHERE state = 'sending' OR queued_at > now() - interval '1 day'
""")
_WARNINGS = text("""
SELECT level, count(*) AS number FROM monitor.warnings WHERE ended_at IS NULL GROUP BY level
""")


async def read_monitor(session: AsyncSession) -> Iterable[Figure]:
    """The figures of the monitor; a state or a level that nothing is in has 0."""
    sources = dict.fromkeys(("ok", "failing", "silent"), 0)
    sources |= {row.state: row.number for row in await session.execute(_SOURCES)}
    alerts = (await session.execute(_ALERTS)).one()
    warnings = dict.fromkeys(("blue", "yellow", "orange", "red"), 0)
    warnings |= {row.level: row.number for row in await session.execute(_WARNINGS)}
    return [
        *(
            Figure("groundswell_sources", "Sources in service", number, {"state": state})
            for state, number in sources.items()
        ),
        Figure("groundswell_alerts_undeliverable", "Alerts given up in a day", alerts.failed),
        Figure("groundswell_alerts_sending", "Alerts on their way", alerts.sending),
        Figure(
            "groundswell_alerts_oldest_seconds",
            "How long the oldest alert has been on its way",
            alerts.oldest_seconds,
        ),
        *(
            Figure("groundswell_warnings_open", "Warnings that stand", number, {"level": level})
            for level, number in warnings.items()
        ),
    ]
