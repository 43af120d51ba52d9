"""No label contains what a client has sent (decision 49).

PROMETHEUS_MULTIPROC_DIR must be set before this module is imported.
https://prometheus.github.io/client_python/multiprocess/
"""

from prometheus_client import Counter, Gauge, Histogram

REQUESTS = Counter("hindsight_requests", "Responses, by route and status.", ["method", "route", "status"])
REQUEST_SECONDS = Histogram("hindsight_request_duration_seconds", "Time of a request in Django.", ["method", "route"])

# livesum: of the processes that are running.
CONNECTIONS = Gauge(
    "hindsight_pool_connections", "Database connections of the web processes.", multiprocess_mode="livesum"
)
CONNECTIONS_IN_USE = Gauge(
    "hindsight_pool_connections_in_use", "Connections that a request is using.", multiprocess_mode="livesum"
)
REQUESTS_WAITING = Gauge(
    "hindsight_pool_requests_waiting", "Requests that wait for a thread.", multiprocess_mode="livesum"
)

LIMITS_OFF = Gauge(
    "hindsight_rate_limits_off",
    "Processes that cannot reach the counter store, and let all requests pass.",
    multiprocess_mode="livesum",
)
FAILED_LOGINS = Counter("hindsight_failed_logins", "Refused attempts of staff to log in, by kind.", ["kind"])

DELIVERIES = Counter("hindsight_webhook_attempts", "Attempts to deliver a webhook, by result.", ["result"])
MAILS = Counter("hindsight_mails", "Attempts to send a mail of a sequence, by result.", ["result"])
TURNS = Counter("hindsight_turns", "Turns of Paige, by the engine that chose them.", ["engine"])
FALLBACKS = Counter("hindsight_fallbacks", "Turns that fell back to the rules, by the last outcome.", ["outcome"])
WORDINGS = Counter(
    "hindsight_wordings", "Messages for a model to word, by why the guide's words were shown.", ["outcome"]
)
