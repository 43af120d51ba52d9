URL = "https://crm.example.com/hindsight"
EVENTS = ["interview.started", "interview.completed"]

CREATE = {"url": URL, "event_types": EVENTS}
UPDATE = {"event_types": EVENTS, "status": "active"}
ROTATE = {"grace_days": 7}
ENDPOINT = {
    "id": "endpoint_3",
    "url": URL,
    "event_types": EVENTS,
    "status": "active",
    "failing_since": None,
    "is_failing": False,
    "previous_secret_until": None,
    "created_at": "2026-11-28T09:30:00.000000Z",
}
CREATED = {**ENDPOINT, "secret": "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD5Ic8WYh5LYw="}
ROTATED = {**CREATED, "previous_secret_until": "2026-12-05T09:31:12.406318Z"}
TESTED = {"webhook_id": "msg_2f1c6e0b9d3a4c5e8f7a6b5c4d3e2f10"}
ENDPOINTS = {"data": [ENDPOINT], "next_cursor": None}
