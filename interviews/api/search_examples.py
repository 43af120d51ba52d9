from interviews.api.examples import ANSWER, CONTENT, CREATED, ID, PLACE, PRICING, SUMMARY

MATCH = "too high"
ABOUT = {
    "interview_request_id": ID,
    "document_id": "doc_310",
    "deal_id": CREATED["deal_id"],
    "completed_at": SUMMARY["completed_at"],
}
HITS = {
    "data": [
        {
            **PLACE,
            **ABOUT,
            "topic": "decision",
            "excerpt": ANSWER,
            "matches": [{"start": CONTENT.index(MATCH), "end": CONTENT.index(MATCH) + len(MATCH)}],
        }
    ],
    "next_cursor": None,
}
FINDINGS = {
    "data": [
        {
            **PLACE,
            **PRICING,
            "direction": "against",
            "quote": ANSWER,
            "is_reason": True,
            "review": "confirmed",
            "id": "drv_77",
            **ABOUT,
            "outcome": "lost",
            "competitor": "Competitor X",
        }
    ],
    "next_cursor": None,
}
