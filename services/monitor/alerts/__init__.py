"""Alerts (告警通知): the messages that tell people of a warning."""
