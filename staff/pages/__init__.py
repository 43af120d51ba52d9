from staff.pages import (
    api_keys,
    contacts,
    interview_requests,
    interview_types,
    jobs,
    logins,
    orgs,
    security_events,
    webhooks,
)

__all__ = [
    "api_keys",
    "contacts",
    "interview_requests",
    "interview_types",
    "jobs",
    "logins",
    "orgs",
    "security_events",
    "webhooks",
]
