"""What templates of the desk show as pills, what mails are called, and lists as cards on a phone."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from django import template
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst

register = template.Library()

# Statuses by tone. Others are neutral.
TONES = {
    "good": ("completed", "won", "live", "active", "delivered", "yes"),
    "wait": ("under way", "sent", "pending", "paused", "failing", "abandoned", "test"),
    "bad": ("lost", "failed", "revoked", "expired", "suspended", "disabled", "declined", "email bounced", "no"),
}
_STATUS = re.compile(r'(<td class="field-(?:displayed_status|status|state|condition|outcome)">)([^<]{2,})(</td>)')
_TONE_OF = {status: tone for tone, statuses in TONES.items() for status in statuses}


@register.filter
def pill(status: Any) -> SafeString:
    """What follows a comma or "until" does not change the tone."""
    name = str(status).lower().partition(",")[0].partition(" until")[0].partition(" since")[0]
    return format_html('<span class="pill {}">{}</span>', _TONE_OF.get(name, ""), status)


@register.filter
def mail_name(step: int) -> str:
    return f"Reminder {step}" if step else "Invitation"


@register.filter
def labelled(cells: Iterable[Any], headers: list[dict[str, Any]]) -> Iterator[SafeString]:
    """Renders the cells of a row as HTML. Each has the heading of its column, which a phone shows next to it.

    A status becomes a pill.
    """
    for cell, header in zip(map(str, cells), headers, strict=True):
        shown = _STATUS.sub(lambda found: f"{found[1]}{pill(mark_safe(found[2]))}{found[3]}", cell)  # noqa: S308
        label = escape(capfirst(header["text"])) if "column-" in header["class_attrib"] else ""
        is_empty = ">-</td>" in cell
        yield mark_safe(shown.replace(" class=", f' data-label="{label}"{" data-empty" * is_empty} class=', 1))  # noqa: S308
