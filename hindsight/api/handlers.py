from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from hindsight.api import errors
from hindsight.http import error_pages


def is_api(request: HttpRequest) -> bool:
    """`//api/…` counts: a client's base URL may end in a slash."""
    return f"{request.path_info.lstrip('/')}/".startswith("api/")


def error_response(error: errors.ApiError) -> JsonResponse:
    return JsonResponse(
        error.envelope(), status=error.status_code, headers=error.headers, json_dumps_params={"ensure_ascii": False}
    )


def read_only(view: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:

    @csrf_exempt
    @wraps(view)
    def decorated(request: HttpRequest) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            return error_response(errors.MethodNotAllowed(str(request.method), "GET, HEAD"))
        return view(request)

    return decorated


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Usually caused by ALLOWED_HOSTS."""
    if is_api(request):
        return error_response(errors.BadRequest("The Host header or another header of the request is not valid."))
    return error_pages.bad_request(request, exception)


@csrf_exempt  # also the view of unknown paths under /api
def not_found(request: HttpRequest, exception: Exception | None = None, **path: Any) -> HttpResponse:
    if is_api(request):
        return error_response(errors.NotFound())
    return error_pages.not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    if is_api(request):
        return error_response(errors.InternalError())
    return error_pages.server_error(request)
