"""A view that names no authentication is still protected."""

from typing import Any

import pytest
from django.test import RequestFactory
from rest_framework.request import Request
from rest_framework.response import Response

from hindsight.api.views import ApiView

pytestmark = pytest.mark.django_db


class Plain(ApiView):
    def get(self, request: Request) -> Response:
        return Response({"secret": 1})


class Unprotected(Plain):
    authentication_classes: Any = []


@pytest.mark.parametrize("view", [Plain, Unprotected])
def test_without_a_key_the_answer_is_401(view: type[ApiView], rf: RequestFactory) -> None:
    response = view.as_view()(rf.get("/"))
    assert response.status_code == 401
    assert response.data["error"]["code"] == "unauthorized"
