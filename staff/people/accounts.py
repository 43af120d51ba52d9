"""Security events about staff logins and roles, from signals.

Unlike the admin's forms, the signals include `createsuperuser`, `changepassword` and the shell.
"""

import sys
from pathlib import Path
from typing import Any

from allauth.core import context
from allauth.mfa.signals import authentication_failed
from django.contrib.auth import signals
from django.contrib.auth.models import Group, User
from django.db.models import Model
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_save
from django.http import HttpRequest

from hindsight.http.logs import current_request_id
from orgs.actors import Actor, ActorKind
from orgs.models import EventKind
from orgs.security_events import identifier_of, log_event, new_event, record_security_event, store_if_possible
from staff.login.sessions import records_of
from staff.security_events import actor_of, address_of, record_attempt, staff_actor

WATCHED = ("username", "is_active", "is_staff", "is_superuser")
COMPARED = (*WATCHED, "email")  # staff.login.single_sign_on.links compares the address

RELATIONS: dict[Any, str] = {
    User.groups.through: "groups",
    User.user_permissions.through: "permissions",
    Group.permissions.through: "permissions",
}
ACTIONS = {"post_add": "added", "post_remove": "removed", "pre_clear": "removed"}


def connect() -> None:
    signals.user_logged_in.connect(logged_in)
    signals.user_logged_out.connect(logged_out)
    signals.user_login_failed.connect(login_failed)
    authentication_failed.connect(code_refused)
    pre_save.connect(remember_stored, sender=User)
    post_save.connect(record_save, sender=User)
    for model in (User, Group):
        post_delete.connect(record_delete, sender=model)
    for through in RELATIONS:
        m2m_changed.connect(record_relation, sender=through)


def remember_stored(*, instance: Any, update_fields: frozenset[str] | None, **kwargs: Any) -> None:
    is_watched = update_fields is None or not update_fields.isdisjoint(COMPARED)
    stored = User.objects.filter(pk=instance.pk).values(*COMPARED).first() if instance.pk and is_watched else None
    instance.values_before_save = stored or {}


def record_save(*, instance: Any, created: bool, **kwargs: Any) -> None:
    if created:
        flags = " ".join(f"{name}: {getattr(instance, name)}." for name in WATCHED if name != "username")
        record_about(EventKind.STAFF_CREATED, instance, flags)
        return
    changes = [
        f"{name}: {before} → {getattr(instance, name)}."
        for name, before in instance.values_before_save.items()
        if name in WATCHED and before != getattr(instance, name)
    ]
    if changes:
        record_about(EventKind.ROLES_CHANGED, instance, " ".join(changes))
    if instance._password is not None:  # set_password() sets it, save() clears it after this signal
        record_about(EventKind.PASSWORD_CHANGED, instance)


def record_delete(*, instance: Model, **kwargs: Any) -> None:
    if isinstance(instance, User):
        record_about(EventKind.STAFF_DELETED, instance)
    else:
        record_about(EventKind.ROLES_CHANGED, instance, "Deleted.")


def record_relation(
    *, sender: Any, instance: Model, action: str, reverse: bool, model: Any, pk_set: set[int] | None, **kwargs: Any
) -> None:
    if action not in ACTIONS or pk_set == set():
        return
    change = f"{RELATIONS[sender]} {ACTIONS[action]}"
    others = list(model._default_manager.filter(pk__in=pk_set)) if pk_set else []
    if reverse and others:
        for other in others:
            record_about(EventKind.ROLES_CHANGED, other, f"{change}: {identifier_of(instance)}.")
    else:
        names = ", ".join(sorted(map(identifier_of, others))) or "all"
        record_about(EventKind.ROLES_CHANGED, instance, f"{change}: {names}.")


def record_about(kind: EventKind, about: Model, detail: str = "") -> None:
    """Without a login, as with a link to set a password, the person acts on their own login."""
    if request := context.request:
        actor = actor_of(request) if request.user.is_authenticated else staff_actor(identifier_of(about))
        record_security_event(kind, actor, address=address_of(request), about=about, detail=detail)
        return
    event = new_event(kind, Actor(ActorKind.COMMAND, _program(), current_request_id()), about=about, detail=detail)
    log_event(event)
    store_if_possible(event)  # `migrate` can change roles before the table of events exists


def logged_in(*, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """The event names what the person has authenticated with, such as "password, totp"."""
    records = sorted(records_of(request, user), key=lambda record: record["method"] == "mfa")
    methods = ", ".join(record.get("type", record["method"]) for record in records)
    actor = staff_actor(user.get_username())
    record_security_event(EventKind.LOGIN, actor, address=address_of(request), detail=methods)


def logged_out(*, request: HttpRequest, user: User | None, **kwargs: Any) -> None:
    if user is not None:
        record_security_event(EventKind.LOGOUT, staff_actor(user.get_username()), address=address_of(request))


def login_failed(*, credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any) -> None:
    if request is not None:
        record_attempt(request, EventKind.LOGIN_FAILED, str(credentials.get("username", "")))


def code_refused(*, request: HttpRequest, user: User, **kwargs: Any) -> None:
    record_attempt(request, EventKind.LOGIN_FAILED, user.get_username(), "Wrong code.")


def _program() -> str:
    name = Path(sys.argv[0]).name
    return sys.argv[1] if name == "manage.py" and len(sys.argv) > 1 else name
