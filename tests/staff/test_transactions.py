"""Views that are not transactions."""

import pytest
from django.contrib.auth.models import User

from orgs.models import SecurityEvent
from tests.staff.conftest import Staff


@pytest.mark.django_db(transaction=True)
def test_a_link_is_made_outside_of_a_transaction(root: Staff) -> None:
    """A mail may be slow, so the view has no transaction; PostgreSQL then refuses to lock the row."""
    ann = User.objects.create(username="ann", is_staff=True)
    response = root.post("auth_user_password-link", ann.pk)
    assert response.status_code == 200
    assert SecurityEvent.objects.get(kind="password_link").subject == "ann"
