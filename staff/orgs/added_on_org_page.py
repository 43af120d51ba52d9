from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from staff.base import StaffAdmin
from staff.orgs.org_choice import OrgChoice


class AddedOnOrgPage(StaffAdmin):
    """Rows that are added on a page of their org. *Add* asks for the org, and leads to that page."""

    page_of_org: str

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        choice = OrgChoice.of(request)
        if (org := choice.chosen) is not None:
            return HttpResponseRedirect(reverse(f"admin:orgs_org_{self.page_of_org}", args=[org.pk]))
        return self.page(request, "lists/org_choice", None, title=f"New {self.opts.verbose_name}", form=choice)
