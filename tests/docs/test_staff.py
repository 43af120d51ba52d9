"""docs/staff.md agrees with the code."""

import re
from pathlib import Path

import pytest
from django.contrib.auth.models import Group

from interviews.paige.guide.question_style import MAX_QUESTION_WORDS
from staff.login.attempts import ATTEMPTS

DOCS = Path(__file__).parents[2] / "docs"
STAFF = (DOCS / "staff.md").read_text(encoding="utf-8")


def test_every_image_exists_and_is_used() -> None:
    used = set(re.findall(r"!\[[^]]+\]\((images/[\w-]+\.png)\)", STAFF))
    assert used == {f"images/{file.name}" for file in (DOCS / "images").iterdir()}


@pytest.mark.django_db
def test_the_roles_are_those_of_the_code() -> None:
    section = STAFF.partition("## Who may do what")[2].partition("\n## ")[0]
    described = re.findall(r"^- \*\*([a-z ]+)\*\*$", section, re.MULTILINE)
    assert sorted(described) == sorted(Group.objects.values_list("name", flat=True))


def test_the_login_limit_is_that_of_the_code() -> None:
    attempts, minutes = ATTEMPTS["login and address"]
    assert f"at most {attempts} login attempts in {minutes} minutes." in STAFF


def test_the_longest_question_is_documented() -> None:
    assert f"more than {MAX_QUESTION_WORDS} words" in STAFF
