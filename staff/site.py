from collections.abc import Callable
from typing import Any, TypeVar

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.http import HttpRequest
from django.http.response import HttpResponse
from django.template.response import TemplateResponse

from staff.acting import as_staff

Response = TypeVar("Response", bound=HttpResponse)


class StaffSite(AdminSite):
    site_header = "Hindsight"
    site_title = "Hindsight"
    index_title = "Staff"
    site_url = None
    index_template = "staff/index.html"

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Any:
        return super().admin_view(as_staff(view), cacheable)

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        from staff.home import home  # needs the models

        return super().index(request, {**home(request), **(extra_context or {})})

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Responds 429 after too many attempts."""
        from staff.login import LoginForm  # needs the models

        self.login_form = LoginForm
        response = super().login(request, extra_context)
        form = getattr(response, "context_data", {}).get("form")
        return _throttled(response, form.seconds_to_wait if isinstance(form, LoginForm) else 0)

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """The page checks the old password, so it has the limits of the login."""
        from staff.login import count_attempt, refusal

        wait = count_attempt(request, request.user.get_username()) if request.method == "POST" else 0
        if wait:
            messages.error(request, refusal(wait))
            request.method = "GET"  # shows the form again, unchecked
        return _throttled(super().password_change(request, extra_context), wait)


def _throttled(response: Response, seconds_to_wait: int) -> Response:
    if seconds_to_wait:
        response.status_code = 429
        response["Retry-After"] = str(seconds_to_wait)
    return response
