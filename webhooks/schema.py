from typing import Any

from drf_spectacular.utils import OpenApiWebhook

from webhooks.models.event import EVENT_TYPES, TEST_EVENT
from webhooks.sending import TIMEOUT_SECONDS

Schema = dict[str, Any]

HEADERS = {
    "webhook-id": (
        "The same for all attempts: use it to recognize a repeated message.",
        "msg_2f1c6e0b9d3a4c5e8f7a6b5c4d3e2f10",
    ),
    "webhook-timestamp": ("The time of this attempt in Unix seconds. Refuse old ones.", "1764244800"),
    "webhook-signature": (
        "`v1,` and the Base64 of HMAC-SHA256 over `id.timestamp.body`. While a secret is rotated, there are two, "
        "with a space between them.",
        "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=",
    ),
}
DATA: Schema = {
    "type": "object",
    "properties": {
        "interview_request_id": {"type": "integer", "format": "int64"},
        "deal_id": {"type": ["string", "null"]},
        "status": {"type": "string", "description": "As `status` of the interview request."},
    },
    "required": ["interview_request_id", "deal_id", "status"],
}
PROGRESS: Schema = {
    "type": "object",
    "properties": {
        **DATA["properties"],
        "progress": {"type": "string", "description": "As `progress` of the interview request."},
    },
    "required": [*DATA["required"], "progress"],
}
SCHEMAS = {"interview.started": PROGRESS, "interview.abandoned": PROGRESS}
EXAMPLE = {"interview_request_id": 4821, "deal_id": "deal_xyz789", "status": "sent"}
EXAMPLES = {
    "interview.started": {**EXAMPLE, "progress": "started"},
    "interview.abandoned": {**EXAMPLE, "progress": "abandoned"},
    "interview.completed": {**EXAMPLE, "status": "completed"},
}


def webhook(event_type: str, description: str, data: Schema, example: dict[str, Any]) -> OpenApiWebhook:
    body = {
        "type": "object",
        "properties": {
            "type": {"type": "string", "const": event_type},
            "timestamp": {"type": "string", "format": "date-time", "description": "The time of the event."},
            "test": {"type": "boolean", "const": True, "description": "Present only in events of the test room."},
            "data": data,
        },
        "required": ["type", "timestamp", "data"],
    }
    value = {"type": event_type, "timestamp": "2026-11-27T12:00:00.000Z", "data": example}
    operation = {
        "operationId": event_type.replace(".", "_"),
        "summary": event_type,
        "description": description,
        "tags": ["webhooks"],
        "x-internal": True,  # else openapi-generator makes client methods of them, which do not compile
        "security": [],  # no API key: the signature proves the sender
        "parameters": [
            {
                "in": "header",
                "name": name,
                "required": True,
                "description": text,
                "schema": {"type": "string"},
                "example": one,
            }
            for name, (text, one) in HEADERS.items()
        ],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": body, "examples": {"Event": {"value": value}}}},
        },
        "responses": {
            "2XX": {"description": f"Received. Answer within {TIMEOUT_SECONDS} seconds."},
            "410": {"description": "The endpoint is disabled."},
            "default": {"description": "The event is sent again later."},
        },
    }
    return OpenApiWebhook(event_type, {"post": operation})


def name_events(result: Schema, **kwargs: Any) -> Schema:
    """Generated clients get a class for each event: drf-spectacular leaves the bodies of webhooks where they are."""
    for event_type, methods in result["webhooks"].items():
        content = methods["post"]["requestBody"]["content"]["application/json"]
        name = event_type.title().translate(str.maketrans("", "", "._")) + "Event"
        result["components"]["schemas"][name] = content["schema"]
        content["schema"] = {"$ref": f"#/components/schemas/{name}"}
    return result


WEBHOOKS = [
    *(
        webhook(event_type, description, SCHEMAS.get(event_type, DATA), EXAMPLES.get(event_type, EXAMPLE))
        for event_type, description in EVENT_TYPES.items()
    ),
    webhook(TEST_EVENT, "Sent by you or by our staff, to test an endpoint.", {"type": "object"}, {}),
]
