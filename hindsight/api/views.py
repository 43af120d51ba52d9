from typing import Any, cast

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.functional import cached_property
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from hindsight.api.errors import MethodNotAllowed
from hindsight.api.preconditions import refuse_preconditions
from hindsight.api.throttling import Limited, OrgThrottle


class ApiView(APIView):
    throttle_classes = [OrgThrottle]
    # The scope that a key needs for all methods. None: `read` or `write`, by method.
    scope: str | None = None
    http_method_names = ["get", "head", "post", "put", "patch"]
    # Methods whose statement verifies the API key (decision 2). For others, the key is looked up first.
    verifying_methods: tuple[str, ...] = ()
    # Methods that evaluate these headers. Other methods refuse them.
    if_match_methods: tuple[str, ...] = ()
    if_none_match_methods: tuple[str, ...] = ()

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = super().dispatch(request, *args, **kwargs)
        # Breaks the reference cycle of view and request, so that they are freed without the garbage collector.
        self.request.parser_context.clear()
        vars(self).clear()
        return response

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        # Without these attributes, `Request.__getattr__` would find them in Django's request, after an AttributeError.
        initialized = super().initialize_request(request, *args, **kwargs)
        initialized.method, initialized.META = request.method, request.META
        return initialized

    @cached_property
    def allowed_methods(self) -> list[str]:
        return super().allowed_methods

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.method in self.allowed_methods:  # otherwise the response is 405
            refuse_preconditions(request, if_match=self.if_match_methods, if_none_match=self.if_none_match_methods)

    def handle_exception(self, exc: Exception) -> Response:
        """A request without a valid key gets 401, whatever else is wrong."""
        response = super().handle_exception(exc)
        # After a database error, `request.auth` would authenticate again.
        if response.status_code < 500 and (principal := cast(Limited | None, self.request.auth)):
            try:
                principal.verify(self.request)
            except Exception as refusal:
                return super().handle_exception(refusal)
        return response

    def http_method_not_allowed(self, request, *args, **kwargs):  # type: ignore[no-untyped-def]
        raise MethodNotAllowed(request.method, ", ".join(self.allowed_methods))
