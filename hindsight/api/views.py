from rest_framework.views import APIView

from hindsight.api.errors import MethodNotAllowed
from hindsight.api.throttling import OrgThrottle


class ApiView(APIView):
    """The settings make API keys the default authentication."""

    throttle_classes = [OrgThrottle]
    http_method_names = ["get", "head", "post", "patch"]

    def http_method_not_allowed(self, request, *args, **kwargs):  # type: ignore[no-untyped-def]
        raise MethodNotAllowed(request.method, ", ".join(self.allowed_methods))
