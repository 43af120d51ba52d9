"""GET /api/v1/me: what an API key is, for connection tests."""

from typing import Any

from django.urls import path
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers
from rest_framework.request import Request

from hindsight.api.json_bodies import Response, body_of
from hindsight.api.operations import operation
from hindsight.api.throttling import ANY_SCOPE
from hindsight.api.views import ApiView
from orgs.authentication import principal_of
from orgs.models import ApiKey
from orgs.models.org import SCOPES
from orgs.plans import Plan

DESCRIPTION = """Returns what your API key is and may do. Any valid key may send this request, whatever its scopes. Use
it to test a connection."""
EXAMPLE = {
    "org": {"name": "Acme Analytics"},
    "plan": "growth",
    "requests_per_minute": 300,
    "test": False,
    "scopes": ["read", "write"],
    "api_key": {"prefix": "hsk_3kTq9WzL", "name": "CRM", "expires_at": None},
}


class MyOrg(serializers.Serializer[Any]):
    name = serializers.CharField()


class MyApiKey(serializers.Serializer[Any]):
    prefix = serializers.CharField(help_text="The first characters of the key, which our staff see too.")
    name = serializers.CharField(help_text="What the key was issued for.")
    expires_at = serializers.DateTimeField(allow_null=True, help_text="null if it does not expire.")


class Me(serializers.Serializer[Any]):
    org = MyOrg(help_text="The organization that the key belongs to.")
    plan = serializers.ChoiceField(choices=Plan.choices)
    requests_per_minute = serializers.IntegerField(help_text="The limit of all keys of your organization together.")
    test = serializers.BooleanField(help_text="Whether it is a test key, and reaches the test room.")
    scopes = serializers.ListField(child=serializers.ChoiceField(choices=SCOPES))
    api_key = MyApiKey()


class MeView(ApiView):
    scope = ANY_SCOPE

    @operation(
        operation_id="get_me",
        summary="Test the connection",
        description=DESCRIPTION,
        responses={200: OpenApiResponse(Me, description="Organization, plan, limit, scopes and key")},
        response_example=EXAMPLE,
    )
    def get(self, request: Request) -> Response:
        principal = principal_of(request)
        key = ApiKey.objects.select_related("org").get(pk=principal.key_id)
        return Response(
            {
                "org": {"name": key.org.name},
                "plan": key.org.plan,
                "requests_per_minute": principal.requests_per_minute,
                "test": principal.is_test,
                "scopes": key.scopes.split(),
                "api_key": body_of(MyApiKey, key),
            }
        )


class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "orgs.authentication.ApiKeyAuthentication"
    name = "apiKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "API key from the Hindsight dashboard."}


urlpatterns = [path("api/v1/me", MeView.as_view(), name="me")]
