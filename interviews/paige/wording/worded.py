from dataclasses import dataclass, field


@dataclass(frozen=True)
class Worded:
    """`text`: None if the authored text is shown, and `fallback` says why. Token counts: None if not reported."""

    text: str | None = field(repr=False)
    fallback: str = ""
    latency_ms: int = 0
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
