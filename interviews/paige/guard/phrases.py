import re


def _any_of(*phrases: str) -> re.Pattern[str]:
    return re.compile("|".join(phrases))


_NICE = (
    r"(?:great|good|excellent|wonderful|fantastic|amazing|awesome|interesting|impressive|helpful|insightful|perfect"
    r"|lovely|useful|valuable|clear|brilliant|smart|wise)"
)
_SAD = r"(?:tough|hard|difficult|frustrating|challenging|painful|stressful|understandable|unfortunate|a shame)"

PRAISE = _any_of(
    r"\b(?:thanks?|thank you|appreciate|grateful|glad|happy to|pleased|sorry|congratulations|congrats|wow)\b",
    r"\b(?:fair enough|makes sense|of course|absolutely|understandable|understandably)\b",
    r"\bi (?:\w+ )?(?:understand|see|hear you|agree|love|like|admire|sympathi[sz]e|empathi[sz]e)\b",
    rf"\b(?:sounds|must have been|that's|that is|that was|this is|how|very|really|so) (?:\w+ )?(?:{_NICE}|{_SAD})\b",
    rf"\b{_NICE} (?:points?|questions?|answers?|insights?|details?|context|feedback|perspective|observations?)\b",
    rf"\b{_NICE} to (?:hear|know)\b",
    r"\byou(?:'re| are) (?:\w+ )?(?:right|correct|welcome|kind|not alone)\b",
    r"\A(?:great|good|excellent|wonderful|fantastic|amazing|awesome|interesting|perfect|lovely|nice)\b[,.!:; ]",
    r"\A(?:got it|ok|okay|sure|right|understood|noted|exactly|yes|indeed|true)\b[,.!:;]",
)

LEADING = _any_of(
    r"n't (?:you|it|they|that|this|he|she|we)\b",
    r"\bwhy (?:\w+ ){1,3}not\b",
    r"\b(?:would|do) you (?:agree|not)\b",
    r"\b(?:surely|obviously|presumably|undoubtedly|perhaps|maybe|probably)\b",
    r"\bi(?:'d)? (?:assume|suppose|guess|suspect|imagine|think|believe)\b",
    r"\bis it (?:true|fair|safe)\b",
    r",? (?:right|correct|yes|no|agreed)\?",
    r"\b(?:you|it|that|they) must (?:have|be)\b",
    r"\b(?:it|that|this) (?:seems|sounds|looks|appears)\b",
    r"\b(?:such as|for example|for instance|e\.g\.|i\.e\.|because|due to|owing to|including)",
    r"\(",
    r"[,;:.] ?(?:or |and )?(?:was|were|is|are|did|do|does|had|has|have) (?:it|that|this|they|you|there)\b[^?]*\bor\b",
    r"\bwhether\b[^?]*\bor\b",
    r"\bor (?:was|were|is|are|did|do|does|something else|rather|more)\b",
    r"[:\N{EM DASH}] ?[^?]*\bor\b",
)

OPEN = _any_of(r"\b(?:what|how|which|where|who|whom|whose|when|why)\b")

# "Could you tell me how ..." is closed only in form.
CLOSED = _any_of(
    r"\A(?:and |but |so )?(?:did|do|does|is|are|was|were|have|has|had|can|could|would|will|should|may|might)(?:n't)?"
    r" (?!you (?:please )?(?:tell|describe|walk|say|share|explain|recall)\b)"
)

OF_THE_PROMPT = _any_of(
    r"\b(?:my|these|your|the|customer|vendor|contact) (?:notes?|instructions?|prompts?|guidelines)\b",
    r"\bmy (?:objectives?|goal|background|brief(?:ing)?|rules?|system)\b",
    r"\bi (?:already )?(?:know|was told|am told|have been told|have read|gather) (?:that|you|about|of|from)\b",
    r"\b(?:according to|on record|follow-up (?:asks|is due)|this turn|language model)\b",
)

# The prompt asks for this sentence.
DECLINES = _any_of(
    r"\A[^.?!]*\b(?:cannot|can't|can not|am not able to) (?:go into|share|discuss|talk about|say)\b[^.?!]*[.;] "
)

MARKUP = _any_of(r"[<>*_#`\[\]{}|\\~^=\r\n]", r"://|\bwww\.", r"\A\W*\d+[.)]", r"\A\s*[-\N{BULLET}]")
SPEAKER = _any_of(r"\b(?:paige|assistant|system|user|contact|interviewer|ai|human|question|message|follow-up)\s*:")
SPELT_OUT = _any_of(r"(?:\b\w\b\W{0,3}){4}")
