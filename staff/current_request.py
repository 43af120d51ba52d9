"""The current request of staff, for signals of models and for fields of pages."""

from collections.abc import Callable
from contextvars import ContextVar
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from django.http import HttpRequest
from django.template.response import SimpleTemplateResponse

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

_request: ContextVar[HttpRequest | None] = ContextVar("staff_request", default=None)


def current_staff_request() -> HttpRequest | None:
    return _request.get()


def as_staff(
    view: Callable[Concatenate[HttpRequest, Parameters], Result],
) -> Callable[Concatenate[HttpRequest, Parameters], Result]:
    @wraps(view)
    def run(request: HttpRequest, /, *args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        token = _request.set(request)
        try:
            response = view(request, *args, **kwargs)
            if isinstance(response, SimpleTemplateResponse):
                response.render()  # fields of a form ask for the request
            return response
        finally:
            _request.reset(token)

    return run
