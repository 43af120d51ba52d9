"""For pages outside the admin's site: before the login, and about one's own login."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache

from staff.login.attempts import throttled
from staff.login.second_factor import may_set_up

View = Callable[..., HttpResponseBase]


def login_page(view: View) -> View:
    @never_cache
    @wraps(view)
    def run(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        if isinstance(response, TemplateResponse):
            response.context_data = {**admin.site.each_context(request), **(response.context_data or {})}
        return throttled(request, response)

    return run


def own_login(view: View) -> View:
    """Also for somebody who has to set up a second factor before anything else."""
    shown = login_page(view)

    @wraps(view)
    def run(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if admin.site.has_permission(request) or may_set_up(request):
            return shown(request, *args, **kwargs)
        return redirect_to_login(request.get_full_path(), reverse("admin:login"))

    return run
