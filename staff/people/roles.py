"""What the staff of each role may do. A role is a group of Django's, with exactly these permissions after `migrate`.

A permission with `own` in its name is only for the orgs that the person manages (decision 44). Superusers may do
everything, and only they erase and delete. Members of a group are staff.
"""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import Group, Permission, User
from django.db import connection, transaction

ROLES: Mapping[str, tuple[str, ...]] = {
    "support": (
        "orgs.view_org",
        "orgs.view_change",  # who overwrote what
        "contacts.view_contact",
        "contacts.change_contact",
        "deals.view_deal",
        "interviews.view_interviewtype",
        "interviews.add_interviewtype",  # also duplicate
        "interviews.change_interviewtype",  # edit the guide, archive, unarchive
        "interviews.view_interviewrequest",
        "interviews.add_interviewrequest",  # by hand, and from a file with jobs.import_contacts
        "interviews.change_interviewrequest",  # edit, mark as sent, archive
        "interviews.review_driver",  # confirm, reject, correct, add
        "interviews.view_wish",
        "interviews.change_wish",  # take, finish
        "interviews.add_reportlink",  # hand on a report, revoke a link
        "sequences.view_sequence",
        "sequences.add_sequence",
        "sequences.change_sequence",  # edit, send a test mail, archive, unarchive
        "sequences.view_enrolment",
        "sequences.change_enrolment",  # approve, edit, reject and stop mails
        "webhooks.view_endpoint",
        "webhooks.view_delivery",
        "webhooks.change_delivery",  # replay, cancel
        "jobs.export_lists",
        "jobs.import_contacts",
        "jobs.import_deals",
    ),
    "account manager": (
        "orgs.add_org",  # which they then manage
        "orgs.view_own_org",
        "orgs.change_own_org",
        "orgs.view_own_apikey",
        "orgs.add_own_apikey",  # issue
        "orgs.change_own_apikey",  # revoke, and rotate with add_own_apikey
        "deals.view_own_deal",
        "interviews.view_own_interviewrequest",
        "interviews.review_own_driver",  # confirm, reject, correct, add
        "interviews.view_own_wish",
        "interviews.change_own_wish",  # take, finish
        "interviews.add_own_reportlink",  # hand on a report, revoke a link
        "sequences.view_own_sequence",
        "sequences.add_own_sequence",
        "sequences.change_own_sequence",  # edit, send a test mail, archive, unarchive
        "sequences.view_own_enrolment",
        "sequences.change_own_enrolment",  # approve, edit, reject and stop mails
        "webhooks.view_own_endpoint",
        "webhooks.add_own_endpoint",
        "webhooks.change_own_endpoint",  # edit, rotate, disable, enable, test
        "webhooks.view_own_delivery",
        "webhooks.change_own_delivery",  # replay, cancel
    ),
    "read only": (
        "orgs.view_org",
        "orgs.view_apikey",
        "orgs.view_change",
        "contacts.view_contact",
        "deals.view_deal",
        "interviews.view_interviewtype",
        "interviews.view_interviewrequest",
        "interviews.view_wish",
        "sequences.view_sequence",
        "sequences.view_enrolment",
        "webhooks.view_endpoint",
        "webhooks.view_delivery",
    ),
    "auditor": ("orgs.view_securityevent", "orgs.view_change"),
}


@transaction.atomic
def update_groups(**kwargs: Any) -> None:
    if Permission._meta.db_table not in connection.introspection.table_names():
        return  # only another app was migrated, on an empty database
    permissions = {
        f"{permission.content_type.app_label}.{permission.codename}": permission
        for permission in Permission.objects.select_related("content_type")
    }
    for role, names in ROLES.items():
        group, _ = Group.objects.get_or_create(name=role)
        group.permissions.set(permissions[name] for name in names if name in permissions)


def update_staff_status(user: User) -> None:
    is_staff = user.is_superuser or user.groups.exists()
    if user.is_staff != is_staff:
        user.is_staff = is_staff
        user.save(update_fields=["is_staff"])


def follow_groups(*, instance: Any, action: str, reverse: bool, pk_set: set[int] | None, **kwargs: Any) -> None:
    if action in ("post_add", "post_remove", "post_clear"):
        for user in User.objects.filter(pk__in=pk_set or ()) if reverse else [instance]:
            update_staff_status(user)
