from interviews.lifecycle import Speaker
from interviews.paige.dialogue import blocks


def parse_transcript(content: str) -> list[tuple[Speaker, str]]:
    return [(block.speaker, block.text) for block in blocks(content)]
