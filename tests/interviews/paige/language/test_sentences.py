import pytest

from interviews.paige.language.sentences import reply_and_question


@pytest.mark.parametrize(
    ("message", "reply", "question"),
    [
        ("How did it compare?", "", "How did it compare?"),
        ("I am an AI. I save your answers. How was it?", "I am an AI. I save your answers.", "How was it?"),
        (
            "You said “It was slow. Nobody called.” and left. Why?",
            "You said “It was slow. Nobody called.” and left.",
            "Why?",
        ),
        ("Gern. Woran lag „Es war teuer. Sehr.“?", "Gern.", "Woran lag „Es war teuer. Sehr.“?"),
        ("Of “Why us? Why now?”, which came up first?", "", "Of “Why us? Why now?”, which came up first?"),
    ],
)
def test_a_message_is_split_before_its_last_sentence(message: str, reply: str, question: str) -> None:
    assert reply_and_question(message) == (reply, question)
