from hindsight.api.errors import PreconditionFailed
from hindsight.api.operations import example_of

ID = 4821
TYPE = "type_12"
CONTACT = {
    "id": "contact_17",
    "email": "jane.smith@example.com",
    "name": "Jane Smith",
    "external_id": "0035e00001abcDE",
}
CONTEXT = {"title": "CTO", "evaluation_notes": "Completed 30-day POC, main concern is pricing"}
SUBJECTS = ["Competitor X"]
OBJECTIVE = "Focus on why pricing was a blocker vs. Competitor X"
TOKEN = "Zk3v8Qw1yT5nB0cXr7LdJ2hGfS9aMpUeVi4KoN6sR1E"  # noqa: S105 - an example

CREATE = {
    "contact_email": CONTACT["email"],
    "contact_name": CONTACT["name"],
    "contact_context": CONTEXT,
    "contact_external_id": CONTACT["external_id"],
    "interview_type_id": TYPE,
    "deal_id": "deal_xyz789",
    "objective": OBJECTIVE,
}
CREATED = {
    "interview_request_id": ID,
    "contact_id": CONTACT["id"],
    "deal_id": "deal_xyz789",
    "survey_url": f"https://hindsight.example.com/survey?token={TOKEN}",
    "survey_token": TOKEN,
    "objective_subjects": SUBJECTS,
    "status": "created",
}
UPDATE = {"contact_context": CONTEXT, "contact_name": CONTACT["name"], "objective": OBJECTIVE}
UPDATE_MANY = {
    "data": [
        {"interview_request_id": ID, "if_match": '"7-3-2"', "contact_context": CONTEXT},
        {"interview_request_id": 4822, "if_match": '"1-1-2"', "objective": OBJECTIVE},
    ]
}
UPDATED_MANY = {
    "data": [
        {"interview_request_id": ID, "status_code": 200, "etag": '"7-4-2"'},
        {
            "interview_request_id": 4822,
            "status_code": PreconditionFailed.status_code,
            **example_of(PreconditionFailed()),
        },
    ]
}
UPDATED = {"interview_request_id": ID}
SENT = {
    "interview_request_id": ID,
    "status": "sent",
    "email_sent_at": "2026-11-24T10:02:11.120394Z",
    "cancelled_at": None,
}
CANCELLED = {**SENT, "cancelled_at": "2026-11-25T08:15:40.663120Z"}
CORRECT = {"contact_email": CONTACT["email"]}
CORRECTED = {
    "interview_request_id": ID,
    "contact_id": CONTACT["id"],
    "contact_email": CONTACT["email"],
    **{name: CREATED[name] for name in ("survey_url", "survey_token", "status")},
}
SUMMARY = {
    **{name: CREATED[name] for name in ("interview_request_id", "contact_id", "deal_id", "survey_url")},
    "status": "completed",
    "progress": "completed",
    "started_at": "2026-11-25T13:51:07.118240Z",
    "last_activity_at": "2026-11-25T14:05:31.482919Z",
    "objective": OBJECTIVE,
    "objective_subjects": SUBJECTS,
    "flags": ["wants_a_person"],
    "email_sent_at": None,
    "cancelled_at": None,
    "created_at": "2026-11-24T09:30:00.000000Z",
    "completed_at": "2026-11-25T14:05:31.482907Z",
    "updated_at": "2026-11-25T14:05:31.482911Z",
    "contact": CONTACT,
}
ANSWER = "It came down to price: your quote was too high."
CONTENT = f"**Paige:** What decided it in the end?\n\n**Jane:** {ANSWER}"
PLACE = {"turn": 2, "start": CONTENT.index(ANSWER), "end": len(CONTENT)}
PRICING = {"topic": "pricing", "title": "How price and packaging came into it"}
DRIVER = {
    **{**PRICING, "direction": "against", "quote": ANSWER, **PLACE, "is_reason": True, "is_decisive": True},
    **{"about": "vendor", "about_name": None, "source": "read", "tags": [], "review": "confirmed"},
}
INTERVIEW_REQUEST = {
    **SUMMARY,
    "objective_topics": {
        "emphasize": [
            {"key": "pricing", "title": "How price and packaging came into it"},
            {"key": "options", "title": "Which options were considered"},
        ],
        "avoid": [],
    },
    "contact": {
        **CONTACT,
        "notes": '{\n  "title": "CTO",\n  "evaluation_notes": "Completed 30-day POC, main concern is pricing"\n}',
    },
    "transcript": {
        "document_id": "doc_310",
        "content": CONTENT,
        "summary": {
            "source": "read",
            "sentences": [{"text": f"What decided it: “{ANSWER[:-1]}”.", "quotes": [{**PLACE, "quote": ANSWER}]}],
        },
        "key_answers": [
            {
                "topic": "decision",
                "title": "What tipped the decision and what would have changed it",
                "excerpts": [ANSWER],
                "places": [PLACE],
            }
        ],
        "drivers": [DRIVER],
        "coverage": [{**PRICING, "status": "touched", "turns": [2]}],
        "created_at": "2026-11-25T14:05:31.482913Z",
    },
    "decline": None,
    "rating": 4,
}
INTERVIEW_REQUESTS = {"data": [SUMMARY], "next_cursor": "NDgyMQ:5hR2mYbq0v1dT7kXw3eC9sLzJ8uP4aGf6nQiVoB1tKM"}
INTERVIEW_TYPES = {"data": [{"id": TYPE, "name": "Win-loss interview with a buyer"}], "next_cursor": None}
