"""How patiently alerts are sent."""

from datetime import timedelta

from services.monitor.alerts.alerting import pause_after


def test_a_receiver_has_two_hours_to_come_back() -> None:
    pauses = []
    while (pause := pause_after(len(pauses) + 1)) is not None:
        pauses.append(pause)
    assert pauses == sorted(pauses)
    assert sum(pauses[:2], timedelta()) < timedelta(minutes=1)
    assert timedelta(minutes=90) < sum(pauses, timedelta()) < timedelta(hours=2)
