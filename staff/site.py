from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.contrib.auth import logout
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache

from hindsight import __version__
from hindsight.limits.callers import remember_caller
from staff.home import home
from staff.lists.search import org_names_view, search_view, transcript_search_view
from staff.login.attempts import refuse_too_many_attempts, throttled
from staff.login.passwords import LoginView
from staff.login.second_factor import may_enter, may_set_up
from staff.login.sessions import record_use, sessions_view
from staff.login.single_sign_on import is_set_up
from staff.login.single_sign_on.links import own_links_view
from staff.navigation import navigation

# No form of the admin has autocomplete fields, and no object a page elsewhere.
UNUSED_URLS = ("autocomplete", "view_on_site")


class StaffSite(AdminSite):
    site_header = "Hindsight"
    site_title = "Hindsight"
    index_title = "Home"
    site_url = None
    index_template = "staff/home/index.html"

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        self.disable_action("delete_selected")  # it asks for no word, calls no service, and its log names contacts

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Any:
        @wraps(view)
        def run(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            record_use(request)
            return view(request, *args, **kwargs)

        return super().admin_view(run, cacheable)

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        context = super().each_context(request)
        shown = navigation(request, context["available_apps"]) if context["has_permission"] else []
        return {**context, "has_single_sign_on": is_set_up(), "navigation": shown, "version": __version__}

    def get_urls(self) -> list[URLResolver | URLPattern]:
        # Imported here, because these modules register pages at `admin.site`, which imports this module.
        from staff.history.activity import activity_view
        from staff.interviews.drivers import driver_view
        from staff.win_loss.links import report_links_view
        from staff.win_loss.page import win_loss_view

        pages = [
            path("search/", self.admin_view(search_view), name="search"),
            path("search/orgs/", self.admin_view(org_names_view), name="org_names"),
            path("search/transcripts/", self.admin_view(transcript_search_view), name="transcript_search"),
            path("single-sign-on/", self.admin_view(own_links_view), name="single_sign_on"),
            path("activity/", self.admin_view(activity_view), name="activity"),
            path("win-loss/", self.admin_view(win_loss_view), name="win_loss"),
            path("win-loss/links/", self.admin_view(report_links_view), name="report_links"),
            path("win-loss/drivers/<int:driver_id>/", self.admin_view(driver_view), name="driver"),
            path("sessions/", self.admin_view(sessions_view), name="sessions"),
        ]
        return [*pages, *(url for url in super().get_urls() if getattr(url, "name", "") not in UNUSED_URLS)]

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        return super().index(request, {**home(request), **(extra_context or {})})

    def has_permission(self, request: HttpRequest) -> bool:
        may_use = super().has_permission(request) and may_enter(request)
        if may_use:
            remember_caller(str(request.session.session_key), f"staff {request.user.pk}")
        return may_use

    @method_decorator(never_cache)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Leads somebody without a second factor to setting it up. Responds 429 after too many attempts."""
        is_sent = request.method == "POST"
        if not is_sent and self.has_permission(request):
            return HttpResponseRedirect(reverse("admin:index"))
        if not is_sent and may_set_up(request):
            return HttpResponseRedirect(reverse("mfa_index"))
        if request.user.is_authenticated and request.user.is_staff:
            logout(request)  # the session has no second factor, or is too old
        titles = {"title": "Log in", "subtitle": None, "app_path": request.get_full_path()}
        context = {**self.each_context(request), **titles, "username": request.user.get_username()}
        if "next" not in request.GET and "next" not in request.POST:
            context["next"] = reverse("admin:index")
        view = LoginView.as_view(extra_context={**context, **(extra_context or {})})
        return throttled(request, cast(HttpResponse, view(request)))

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """The page checks the old password, so it has the limits of the login."""
        if request.method == "POST":
            try:
                refuse_too_many_attempts(request, request.user.get_username())
            except ValidationError as refusal:
                messages.error(request, refusal.message)
                request.method = "GET"  # shows the form again, unchecked
        return throttled(request, super().password_change(request, extra_context))
