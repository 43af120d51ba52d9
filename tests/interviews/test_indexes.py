import pytest
from django.db import connection


@pytest.mark.django_db
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has no index for LIKE")
def test_survey_tokens_have_one_index() -> None:
    with connection.cursor() as cursor:
        constraints = connection.introspection.get_constraints(cursor, "interviews_interviewrequest")
    assert len([name for name, each in constraints.items() if each["columns"] == ["survey_token"]]) == 1
