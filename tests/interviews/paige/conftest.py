"""A small guide and a brief: Acme interviews Jane."""

from typing import Any

import pytest

from interviews.paige.guide.guide import Guide
from interviews.paige.turn.brief import Brief


@pytest.fixture
def guide_data() -> dict[str, Any]:
    return _guide_data()


@pytest.fixture(scope="session")
def brief() -> Brief:
    """Before the first message, without name, notes and objective."""
    guide = Guide.from_data(_guide_data()).for_vendor("Acme")
    return Brief(vendor="Acme", contact_name="", contact_notes="", objective="", guide=guide)


def _guide_data() -> dict[str, Any]:
    return {
        "name": "A short interview",
        "version": 3,
        "estimated_minutes": 5,
        "max_turns": 6,
        "purpose": "This interview is about how you came to know {vendor}.",
        "topics": [
            _topic("start", "How it started", True, "What set off your search?"),
            _topic("price", "What it cost", False, "How did the price of {vendor} come into it?"),
        ],
        "closing_question": "What did I not ask?",
    }


def _topic(key: str, title: str, core: bool, question: str) -> dict[str, Any]:
    follow_ups = [
        {"kind": kind, "text": f"Which {kind} with {{vendor}} comes to mind on {key}?"}
        for kind in ("instance", "comparison", "reason", "consequence")
    ]
    follow_ups.append({"kind": "reason", "text": f"On {key} you said “{{quote}}”. What led to that?"})
    return {
        "key": key,
        "title": title,
        "core": core,
        "question": question,
        "rephrasing": f"In other words, what about {key}?",
        "reason": f"I ask because {key} matters to {{vendor}}.",
        "follow_ups": follow_ups,
    }
