from typing import Any

from rest_framework.request import Request
from rest_framework.views import APIView

from hindsight.api.errors import MethodNotAllowed
from hindsight.api.preconditions import refuse_preconditions
from hindsight.api.throttling import OrgThrottle


class ApiView(APIView):
    """The settings make API keys the default authentication."""

    throttle_classes = [OrgThrottle]
    http_method_names = ["get", "head", "post", "patch"]
    # Methods that evaluate these headers. Other methods refuse them.
    if_match_methods: tuple[str, ...] = ()
    if_none_match_methods: tuple[str, ...] = ()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.method in self.allowed_methods:  # otherwise the response is 405
            refuse_preconditions(request, if_match=self.if_match_methods, if_none_match=self.if_none_match_methods)

    def http_method_not_allowed(self, request, *args, **kwargs):  # type: ignore[no-untyped-def]
        raise MethodNotAllowed(request.method, ", ".join(self.allowed_methods))
