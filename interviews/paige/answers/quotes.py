import re
from collections.abc import Iterable, Iterator

from interviews.paige.answers.statement_words import StatementWords, statement_words
from interviews.paige.guide.texts import MAX_QUOTE_WORDS, MIN_QUOTE_WORDS, QUOTE, VENDOR
from interviews.paige.language.sentences import CLAUSE_GAP, ORDINAL_MARK
from interviews.paige.language.words import SpelledText, unaccented

# No quotation marks, markup, placeholders or ends of sentences, but "2.1" and "10:30": a message stays plain text.
_QUOTABLE = re.compile(
    r"(?:[^.!?;:\n\r\v\f()\[\]{}<>\"“”„«»*_`#|\\~^=\N{HORIZONTAL ELLIPSIS}\N{EM DASH}\N{EN DASH}]|(?<=\d)[.:](?=\d)|"
    rf"{ORDINAL_MARK})+"
)
_EDGE = " \t\n\N{NO-BREAK SPACE},;:.!\N{EM DASH}\N{EN DASH}-"
_PAUSES = (",", ";", ":", "")
_REMARK_END = re.compile(rf"{CLAUSE_GAP.pattern}|: ")
MIN_WORDS_OF_A_CLAUSE, MIN_WORDS_OF_A_PART = 4, 6
MAX_OPENERS = 3
MAX_QUOTE_LENGTH, MAX_VENDOR_LENGTH = 300, 200


def quote_from(clause: str, language: str) -> str:
    """Empty if nothing fits."""
    words = statement_words(language)
    whole = without_openers(clause.strip(_EDGE), words)
    return next((quote for quote in _candidates(whole, words) if _stands_alone(quote, words)), "")


def is_quote(quote: str, texts: Iterable[str]) -> bool:
    return (
        len(quote) <= MAX_QUOTE_LENGTH
        and MIN_QUOTE_WORDS <= len(quote.split()) <= MAX_QUOTE_WORDS
        and quote == " ".join(quote.split())
        and quote.isprintable()
        and _QUOTABLE.fullmatch(quote) is not None
        and any(re.search(rf"(?<!\w){re.escape(quote)}(?!\w)", text) for text in texts)
    )


def fits(quote: str, template: str, language: str) -> bool:
    """A quote in the middle of the question must be a noun phrase: "How much did “{quote}” count?"."""
    is_apart = re.match(r"\W*[.:,]", template.partition(QUOTE)[2]) is not None
    return bool(quote) and (is_apart or not statement_words(language).has_verb(quote))


def quote_of(message: str, template: str) -> str | None:
    """The text at the place of {quote} in a message that ends with the template."""
    if QUOTE not in template:
        return None
    quote, vendor = f"([^“”„«»]{{1,{MAX_QUOTE_LENGTH}}}?)", f".{{1,{MAX_VENDOR_LENGTH}}}?"
    pattern = re.escape(template).replace(re.escape(QUOTE), quote).replace(re.escape(VENDOR), vendor)
    found = re.search(rf"{pattern}\Z", message)
    return found[1] if found else None


def without_openers(text: str, words: StatementWords) -> str:
    """Such as "but", and "honestly" before a comma."""
    remark = _REMARK_END.search(text) if words.remarks.match(unaccented(text)) else None
    if remark and len(text[remark.end() :].split()) >= MIN_WORDS_OF_A_CLAUSE:
        text = text[remark.end() :]
    for _ in range(MAX_OPENERS):
        spelled = SpelledText.of(text)
        opener = words.openers.match(spelled.plain)
        rest = text[spelled.span(opener)[1] :] if opener else ""
        if not opener or not (rest[:1] in _PAUSES or words.joints.match(spelled.plain)):
            break
        text = rest.lstrip(_EDGE)
    return text


def _candidates(whole: str, words: StatementWords) -> Iterator[str]:
    yield whole
    near = whole[:MAX_QUOTE_LENGTH]
    for start, end in sorted({*_gaps(near), *_joints(near, words)}, reverse=True):
        part, rest = whole[:start].rstrip(_EDGE), whole[end:]
        if _is_whole(part, rest, words):
            yield part
    yield from (part.strip(_EDGE) for part in whole.split(": ")[1:] if words.has_verb(part))


def _gaps(text: str) -> list[tuple[int, int]]:
    return [gap.span() for gap in CLAUSE_GAP.finditer(text)]


def _joints(whole: str, words: StatementWords) -> Iterator[tuple[int, int]]:
    """Before a word such as "and", if a clause follows."""
    spelled = SpelledText.of(whole)
    for found in words.joints.finditer(spelled.plain):
        start, end = spelled.span(found)
        if words.has_verb(whole[end:]):
            yield start, start


def _is_whole(part: str, rest: str, words: StatementWords) -> bool:
    """False if the part may need the rest to end a relative clause, its last clause or a range of numbers."""
    if not MIN_WORDS_OF_A_PART <= len(part.split()) <= MAX_QUOTE_WORDS:
        return False
    gaps = _gaps(part)
    last = unaccented(part[gaps[-1][1] :] if gaps else "")
    ends_openly = words.joints.match(unaccented(part).split()[-1] + " ") if part else None
    lacks_verb = words.unfinished.match(last) and not words.has_verb(last)
    is_open = _needs_a_clause(part, words) or words.relatives.match(last) or ends_openly or rest[:1].isdigit()
    return not (is_open or lacks_verb) and words.has_verb(part)


def _needs_a_clause(part: str, words: StatementWords) -> bool:
    """False for an adverbial that its clause follows, such as "By Wednesday the drivers had switched it off"."""
    plain = unaccented(part)
    has_clause = words.adverbials.match(plain) and not (_gaps(part) or words.embedded.search(plain))
    return words.unfinished.match(plain) is not None and not has_clause


def _stands_alone(quote: str, words: StatementWords) -> bool:
    if not is_quote(quote, [quote]):
        return False
    plain = unaccented(quote)
    needs_more = words.dependent.match(plain) or words.pronouns.match(plain) or _is_fragment(quote, words)
    is_talk = words.remarks.match(plain) or words.figures.search(plain)
    return not needs_more and not is_talk


def _is_fragment(quote: str, words: StatementWords) -> bool:
    """Such as "over a weekend" and "when we tried it"."""
    plain = unaccented(quote)
    is_phrase = words.unfinished.match(plain) and not words.has_verb(quote)
    return bool(is_phrase or (words.subordinators.match(plain) and not CLAUSE_GAP.search(quote)))
