import pytest

from interviews.paige.findings.reported import reported_topics
from interviews.paige.guide.guide import Guide, shipped_guide

GUIDE = Guide.from_data(shipped_guide("win_loss_buyer"))


@pytest.mark.parametrize(
    ("reason", "topics"),
    [
        ("Price", {"pricing"}),
        ("Lost on price", {"pricing"}),
        ("Zu teuer", {"pricing"}),
        ("Security review", {"experience"}),
        ("Missing features", {"vendor"}),
        ("Price too high; bad demo", {"pricing", "experience"}),
        ("Not price; the security review took too long", {"experience"}),
        ("Price was not the issue, features were", {"vendor"}),
        ("Price was fine but the demo was poor", {"pricing", "experience"}),
        ("Not the price", set()),
        ("Other", set()),
        ("", set()),
    ],
)
def test_the_topics_that_a_reported_reason_names(reason: str, topics: set[str]) -> None:
    assert reported_topics(reason, GUIDE) == topics
