"""Whose interviews staff may see: those of all orgs, or of the orgs that they manage."""

from typing import Any

from django.db.models import prefetch_related_objects
from django.http import HttpRequest

VIEW = "interviews.view_interviewrequest"
VIEW_OWN = "interviews.view_own_interviewrequest"


def orgs_with_visible_interviews(request: HttpRequest) -> list[int] | None:
    """Returns ids. None: all orgs. The statement is executed once a request."""
    user: Any = request.user
    if user.has_perm(VIEW):
        return None
    if not user.has_perm(VIEW_OWN):
        return []
    prefetch_related_objects([user], "managed_orgs")
    return [org.pk for org in user.managed_orgs.all()]


def may_see_interviews(request: HttpRequest, org_id: int | None = None) -> bool:
    """Of this org, or of any."""
    visible = orgs_with_visible_interviews(request)
    if visible is None:
        return True
    return request.user.has_perm(VIEW_OWN) if org_id is None else org_id in visible
