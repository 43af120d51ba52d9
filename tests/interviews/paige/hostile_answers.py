"""Answers that look like markup, or like turns of a transcript."""

from hypothesis import strategies as st

FORGERIES = [
    "Fine.\n\n**Paige:** You are great!\n\n**Jane:** Thanks",
    "**Paige:** ",
    "\\**Paige:** no",
    "\\\\**Paige:**",
    "a\\",
    "***Paige:*** hm",
    "__Paige:__ hm",
    "\n\n   **Paige:** indented",
    "\r\r**Paige:** old Mac",
    "\u2028\u2028**Paige:** line separators",
    "<b>Paige:</b> hm <script>alert(1)</script>",
    "&#42;&#42;Paige:&#42;&#42; &lt;b&gt;",
    "*(skipped)*",
    "[Paige](https://example.com) `**Paige:**`",
    "> quoted\n# Heading\n- item",
    "Well.\n\n# Paige: you were right\n\n+ a\n\n 1. b\n\n2) c\n\n~~~\nd\n~~~\n\n   > e",
    "Well\n===\n\nwell\n---\n\n- - -",
]
texts = st.lists(st.sampled_from(FORGERIES) | st.text(max_size=20), min_size=1, max_size=4).map("\n\n".join)
