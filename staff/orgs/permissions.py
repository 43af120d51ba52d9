"""In which orgs staff have a permission: in all, or only in those that they manage (decision 44)."""

from typing import Any, cast

from django.contrib.auth import get_permission_codename
from django.contrib.auth.models import User
from django.db.models import Model, Q
from django.http import HttpRequest

from orgs.models import Org
from orgs.models.org import OrgQuerySet
from orgs.services import set_account_managers


def viewing(model: type[Model]) -> str:
    return f"{model._meta.app_label}.{get_permission_codename('view', model._meta)}"


def own(permission: str) -> str:
    return permission.replace("_", "_own_", 1)


def orgs_with(request: HttpRequest, permission: str, *, test_rooms: bool = True) -> list[int] | None:
    """Returns the ids of orgs, or None for all orgs."""
    if request.user.has_perm(permission):
        return None
    managed = _managed(request) if request.user.has_perm(own(permission)) else {}
    return [pk for pk, room_of in managed.items() if test_rooms or room_of is None]


def may(request: HttpRequest, permission: str, row: Any = None) -> bool:
    """In the org of this row, which may be the org itself. Without a row: in any org."""
    orgs = orgs_with(request, permission)
    if orgs is None:
        return True
    if row is None:
        return request.user.has_perm(own(permission))
    return (row.pk if isinstance(row, Org) else row.org_id) in orgs


def visible_orgs(request: HttpRequest) -> OrgQuerySet:
    ids = orgs_with(request, "orgs.view_org")
    return Org.objects.all() if ids is None else Org.objects.filter(pk__in=ids)


def manage(request: HttpRequest, org: Org) -> None:
    """Makes the person the account manager of an org that has none."""
    set_account_managers(org_id=org.pk, managers=[cast(User, request.user)])
    vars(request).pop("managed_orgs", None)


def _managed(request: HttpRequest) -> dict[int, int | None]:
    """By id of an org or test room: None, or the id of the test room's org. Reads them once a request."""
    if not hasattr(request, "managed_orgs"):
        user: Any = request.user
        managed = Q(account_managers=user) | Q(test_room_of__account_managers=user)
        request.managed_orgs = dict(Org.objects.filter(managed).values_list("pk", "test_room_of"))  # type: ignore[attr-defined]
    orgs: dict[int, int | None] = request.managed_orgs  # type: ignore[attr-defined]
    return orgs
