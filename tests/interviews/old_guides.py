from typing import Any


def old_guide() -> dict[str, Any]:
    """In the format of version 1."""
    orders = ("instance", "comparison", "reason", "consequence")
    return {
        "name": "Win-loss",
        "version": 7,
        "estimated_minutes": 15,
        "max_turns": 12,
        "purpose": "About {vendor}.",
        "topics": [
            {
                "key": key,
                "title": f"On {key}",
                "core": key == "trigger",
                "keywords": [key],
                "question": f"What about {key}?",
                "probes": [{"order": order, "text": f"Which {order} of {key}?"} for order in orders],
            }
            for key in ("trigger", "price")
        ],
        "closing_question": "What else?",
    }
