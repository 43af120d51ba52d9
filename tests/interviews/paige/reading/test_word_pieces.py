"""How words are split into the pieces that the encoder reads."""

from interviews.paige.reading.word_pieces import SPECIAL, UNKNOWN, WordPieces


def test_the_most_probable_split_counts() -> None:
    pieces = WordPieces(["\u2581", "\u2581pri", "ce", "s", "\u2581price"], [-9.0, -3.0, -3.0, -2.0, -7.0])
    assert [index - SPECIAL for index in pieces.indexes("Prices PRI")] == [1, 2, 3, 1]


def test_letters_that_no_piece_has_are_unknown() -> None:
    pieces = WordPieces(["\u2581", "a"], [-1.0, -1.0])
    assert [*pieces.indexes("a語a")] == [SPECIAL, SPECIAL + 1, UNKNOWN, SPECIAL + 1]


def test_long_words_take_linear_time() -> None:
    pieces = WordPieces(["\u2581", "a"], [-1.0, -1.0])
    assert len([*pieces.indexes("a" * 1_000_000)]) <= 41
