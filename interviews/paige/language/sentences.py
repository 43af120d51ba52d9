import re

SENTENCE_MARKS = ".!?;\N{HORIZONTAL ELLIPSIS}"

_ABBREVIATIONS = "".join(rf"(?<!\b{each}\.)" for each in ("Dr", "Mr", "Mrs", "Ms", "Prof", "St", "Nr", "vs", "ca"))

# "Am 9. Mai" is a date in German.
_MONTHS = "januar|februar|märz|april|mai|juni|juli|august|september|oktober|november|dezember|quartal"
ORDINAL_MARK = rf"(?<=\d)\.(?=\s(?i:{_MONTHS})\b)"
_ORDINAL_GAP = rf"(?<=\d\.)\s(?i:{_MONTHS})\b"

SENTENCE_GAP = re.compile(rf"(?<=[{SENTENCE_MARKS}]){_ABBREVIATIONS}(?!{_ORDINAL_GAP})\s+|\n+")
CLAUSE_GAP = re.compile(r"(?<=[,;])\s+|\s[-\N{EN DASH}\N{EM DASH}]+\s")

_QUOTED = re.compile(r"[“„«][^“”„«»]*[”“»]")
_QUESTION = re.compile(r"(?<![^.!?\N{HORIZONTAL ELLIPSIS}])[^.!?\N{HORIZONTAL ELLIPSIS}]*+\?")


def questions(text: str) -> list[str]:
    """One for each question mark, also inside a sentence."""
    return _QUESTION.findall(text)


def reply_and_question(message: str) -> tuple[str, str]:
    """Splits a message of Paige before its last sentence. A sentence that ends within a quote ends nothing."""
    without_quotes = _QUOTED.sub(lambda quote: "x" * len(quote[0]), message)
    *_, gap = None, *SENTENCE_GAP.finditer(without_quotes)
    return (message[: gap.start()], message[gap.end() :]) if gap else ("", message)


def clauses_and_introductions(sentence: str) -> list[str]:
    """A colon separates too: for CLAUSE_GAP, a clause includes its introduction."""
    return [clause for part in sentence.split(": ") for clause in CLAUSE_GAP.split(part)]
