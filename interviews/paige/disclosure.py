import re

AI_ANSWER = "I am an AI interviewer, not a person."

_WHAT = r"(?:(?:a|an|some kind of|just a|actually a|really a|a real|an actual) )?(?:real |live |actual )?"
_KIND = (
    r"(?:ai|a\.i\.|bot|chat ?bot|robot|machine|computer|program|human(?: being)?|person"
    r"|llm|language model|chatgpt|gpt)"
)
ASKS_ABOUT_AI = re.compile(
    rf"\b(?:are|r) (?:you|u) (?:even |really |actually |just |in fact )?{_WHAT}{_KIND}\b"
    rf"|\bis (?:this|that|there|it|paige) (?:really |actually |just )?{_WHAT}{_KIND}\b"
    rf"|\bam i (?:really |actually |just )?(?:talking|speaking|chatting|writing|typing) (?:to|with) {_WHAT}{_KIND}\b"
    rf"|\b(?:who|what) are you\b",
    re.IGNORECASE,
)
SAYS_AI = re.compile(r"\b(?:i am|i'm) an ai\b", re.IGNORECASE)
CLAIMS_TO_BE_HUMAN = re.compile(
    r"\b(?:i am|i'm) (?:not an? (?:ai|bot|robot|machine)|(?:a |only )?(?:real )?(?:human|person))\b"
    r"|\bas a (?:fellow )?(?:human|person)\b",
    re.IGNORECASE,
)


def asks_about_ai(answer: str) -> bool:
    return ASKS_ABOUT_AI.search(answer) is not None


def is_plain_about_ai(message: str, answer: str) -> bool:
    """Whether the message says that Paige is an AI if the answer asks, and never claims otherwise."""
    message = message.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    return not CLAIMS_TO_BE_HUMAN.search(message) and (not asks_about_ai(answer) or SAYS_AI.search(message) is not None)
