"""What Prometheus reads of every process."""

from prometheus_client import Counter, Histogram

_FAST = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)

requests = Counter(
    "groundswell_http_requests_total", "Requests answered", ["room", "method", "route", "status"]
)
request_seconds = Histogram(
    "groundswell_http_request_seconds", "Time to answer", ["room", "route"], buckets=_FAST
)
deliveries = Counter(
    "groundswell_deliveries_total",
    "Deliveries by what became of them: done, failed, fenced",
    ["room", "type", "outcome"],
)
handler_seconds = Histogram(
    "groundswell_handler_seconds", "Time of a batch of deliveries", ["room", "type"], buckets=_FAST
)
posts = Counter("groundswell_posts_total", "Posts by what became of them at the door", ["result"])
