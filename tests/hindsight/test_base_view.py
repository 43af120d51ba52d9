"""What every view of the API has in common."""

import gc
import json
import weakref
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import RequestFactory
from rest_framework import response as rest_framework
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


BODY = {"name": "Zoë\u2028", "at": datetime(2026, 11, 24, tzinfo=UTC), "none": None, "list": [1, 2.5]}


class RestFrameworkView(ApiView):
    def get(self, request: Request) -> rest_framework.Response:
        return rest_framework.Response(BODY, status=202, headers={"ETag": '"1"'})


class OwnView(ApiView):
    def get(self, request: Request) -> Response:
        return Response(BODY, status=202, headers={"ETag": '"1"'})


def test_response_equals_the_one_of_rest_framework(acme_key: str, rf: RequestFactory) -> None:
    request = rf.get("/", headers={"Authorization": f"Bearer {acme_key}"})
    expected: Any = RestFrameworkView.as_view()(request)
    response = OwnView.as_view()(request)
    assert (response.status_code, response.content) == (202, expected.render().content)
    assert dict(response.headers) == dict(expected.headers)


def test_request_is_freed_without_the_garbage_collector(acme_key: str, rf: RequestFactory) -> None:
    request = rf.get("/", headers={"Authorization": f"Bearer {acme_key}"})
    freed = weakref.ref(request)
    gc.disable()
    try:
        assert DefaultView.as_view()(request).status_code == 200
        del request
        assert freed() is None
    finally:
        gc.enable()
