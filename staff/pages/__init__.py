from staff.pages import (
    api_keys,
    contacts,
    interview_requests,
    interview_types,
    jobs,
    orgs,
    security_events,
    staff_members,
    webhooks,
)

__all__ = [
    "api_keys",
    "contacts",
    "interview_requests",
    "interview_types",
    "jobs",
    "orgs",
    "security_events",
    "staff_members",
    "webhooks",
]
