REPLACE = {
    "outcome": "lost",
    "reported_reason": "Price: the final quote was 20% above Competitor X",
    "competitor": "Competitor X",
    "segment": "Enterprise EMEA",
    "amount": 48000.5,
    "currency": "EUR",
    "closed_at": "2026-11-20T00:00:00Z",
}
DEAL = {
    "deal_id": "deal_xyz789",
    **REPLACE,
    "created_at": "2026-11-24T09:30:00.000000Z",
    "updated_at": "2026-11-24T09:30:00.000000Z",
}
DEALS = {"data": [DEAL], "next_cursor": None}
