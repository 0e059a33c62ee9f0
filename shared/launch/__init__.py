"""Running the whole system on one machine: engines, gateway, rooms and workers, as child processes.

`groundswell up` is `launch`, `groundswell status` is `look`, `groundswell down` is `stop_running`.
"""
