from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest
from django.http.response import HttpResponse


class StaffSite(AdminSite):
    site_header = "Hindsight"
    site_title = "Hindsight"
    index_title = "Staff"
    site_url = None

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Django's login with counted attempts. Responds 429 after too many."""
        from staff.login import LoginForm  # needs the models, which are not loaded when this module is imported

        self.login_form = LoginForm
        response = super().login(request, extra_context)
        form = getattr(response, "context_data", {}).get("form")
        wait = form.seconds_to_wait if isinstance(form, LoginForm) else 0
        if wait:
            response.status_code = 429
            response["Retry-After"] = str(wait)
        return response
