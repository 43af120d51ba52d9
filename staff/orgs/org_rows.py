from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from staff.base import StaffAdmin
from staff.orgs.permissions import may, orgs_with, viewing


class OrgRowsAdmin(StaffAdmin):
    """Shows the rows of the orgs in which the person may view them. Pages of other rows are not found."""

    org_id_field = "org_id"

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request, viewing(self.model), obj)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows, orgs = super().get_queryset(request), orgs_with(request, viewing(self.model))
        return rows if orgs is None else rows.filter(**{f"{self.org_id_field}__in": orgs})
