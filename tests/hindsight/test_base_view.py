"""What every view of the API has in common."""

import json
from typing import Any

import pytest
from django.test import RequestFactory
from rest_framework.request import Request

from hindsight.api.responses import Response
from hindsight.api.views import ApiView

pytestmark = pytest.mark.django_db


class DefaultView(ApiView):
    def get(self, request: Request) -> Response:
        return Response({"secret": 1})


class ViewWithoutAuthentication(DefaultView):
    authentication_classes: Any = []


@pytest.mark.parametrize("view", [DefaultView, ViewWithoutAuthentication])
def test_request_without_a_key_gets_401(view: type[ApiView], rf: RequestFactory) -> None:
    response = view.as_view()(rf.get("/"))
    assert response.status_code == 401
    assert json.loads(response.content)["error"]["code"] == "unauthorized"
