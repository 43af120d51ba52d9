"""The project's pages for errors that no view has caught: under /api/ the envelope, elsewhere a page."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views import defaults
from django.views.decorators.csrf import csrf_exempt

from hindsight.api import errors


def is_api(request: HttpRequest) -> bool:
    """Whether the one who asks is a program; a base address that ends in a slash makes for `//api/`."""
    return f"{request.path_info.lstrip('/')}/".startswith("api/")


def error_response(error: errors.ApiError) -> JsonResponse:
    return JsonResponse(
        error.envelope(), status=error.status_code, headers=error.headers, json_dumps_params={"ensure_ascii": False}
    )


def read_only(view: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """For a view below /api/ that is not REST framework's: another method than GET gets the envelope too."""

    @csrf_exempt
    @wraps(view)
    def answer(request: HttpRequest) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            return error_response(errors.MethodNotAllowed(str(request.method), "GET, HEAD"))
        return view(request)

    return answer


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Above all a Host that ALLOWED_HOSTS does not know."""
    if is_api(request):
        return error_response(errors.BadRequest("The request's host or headers are not acceptable."))
    return defaults.bad_request(request, exception)


@csrf_exempt  # as a route it answers for paths that nothing protects
def not_found(request: HttpRequest, exception: Exception | None = None, **path: Any) -> HttpResponse:
    if is_api(request):
        return error_response(errors.NotFound())
    return defaults.page_not_found(request, exception or Exception())


def server_error(request: HttpRequest) -> HttpResponse:
    if is_api(request):
        return error_response(errors.InternalError())
    return defaults.server_error(request)
