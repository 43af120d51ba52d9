"""The current request of staff, for signals of models."""

from collections.abc import Callable
from contextvars import ContextVar
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from django.http import HttpRequest
from django.template.response import SimpleTemplateResponse

from hindsight.db.prepared_statements import without_prepared_statements

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
            with without_prepared_statements():
                response = view(request, *args, **kwargs)
                if isinstance(response, SimpleTemplateResponse):
                    response.render()  # executes the statements of lists
                return response
        finally:
            _request.reset(token)

    return run
