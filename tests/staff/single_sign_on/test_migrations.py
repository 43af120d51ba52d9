from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.models import User

from tests.migrations import migrated_to


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"id_token": {"sub": "a1", "email": "ann@example.com", "name": "Ann"}}, {"email": "ann@example.com"}),
        ({"id_token": {"sub": "a1"}}, {"email": ""}),
        ({"id_token": None}, {"email": ""}),
        ({"email": "ann@example.com"}, {"email": "ann@example.com"}),
        ({}, {}),
    ],
)
@pytest.mark.usefixtures("transactional_db")
def test_of_the_claims_of_a_link_only_the_address_stays(before: dict[str, Any], after: dict[str, Any]) -> None:
    with migrated_to([("staff", "0001_saved_views")]):
        ann = User.objects.create(username="ann", is_staff=True)
        SocialAccount.objects.create(user=ann, provider="sso", uid="a1", extra_data=before)
    assert SocialAccount.objects.get().extra_data == after
