"""The topics that staff have picked, as the text that is stored and audited. An empty text: objective and notes decide.

emphasize: pricing, options
avoid: trial
"""

from interviews.paige.guide.guide import Guide
from interviews.paige.objective.steering import Picks

FIELDS = ("emphasize", "avoid")

NO_TOPIC = "no topic"


def picks_text(picks: Picks | None) -> str:
    if picks is None:
        return ""
    lines = [f"{field}: {', '.join(keys)}" for field in FIELDS if (keys := getattr(picks, field))]
    return "\n".join(lines) or NO_TOPIC


def picks_in(text: str) -> Picks | None:
    if not text:
        return None
    lines = dict(line.split(": ", 1) for line in text.splitlines() if line != NO_TOPIC)
    return Picks(**{field: tuple(keys.split(", ")) for field, keys in lines.items()})


def known_picks(text: str, guide: Guide) -> Picks | None:
    """Without topics that the guide does not have. None if only those are picked."""
    picks, unknown = picks_in(text), unknown_keys(text, guide)
    if picks is None or not unknown:
        return picks
    known = {field: tuple(key for key in getattr(picks, field) if key not in unknown) for field in FIELDS}
    return Picks(**known) if any(known.values()) else None


def unknown_keys(text: str, guide: Guide) -> list[str]:
    picks, keys = picks_in(text) or Picks(), {topic.key for topic in guide.topics}
    return [key for key in (*picks.emphasize, *picks.avoid) if key not in keys]
