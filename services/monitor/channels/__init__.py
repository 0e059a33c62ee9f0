"""Channels of alerts (告警通道): ways to people outside the console, which administrators keep."""
