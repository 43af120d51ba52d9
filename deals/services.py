from collections.abc import Callable, Collection, Mapping

from django.db import transaction

from deals.models import FIELDS, Deal, DealValues
from deals.text import DealId
from hindsight.db.statements import retried
from hindsight.db.versions import StaleVersionError
from orgs.actors import Actor
from orgs.audit import overwrite_values
from orgs.audit_removal import erase_changes
from orgs.imports import Effect

NEW_DEAL_LISTENERS: list[Callable[[Deal], None]] = []
"""Rooms above add theirs. Called in the transaction of the creation."""

CHANGED = "The deal was changed after you read it, or does not exist. Nothing was replaced. GET it again."


@retried
@transaction.atomic
def write_deal(
    *,
    org_id: int,
    deal_id: DealId,
    values: DealValues,
    actor: Actor,
    if_version: Callable[[int], bool] | None = None,
) -> bool:
    """Creates the deal, or overwrites its `values`, and keeps the others. Returns whether it was created.

    With `if_version`, only if the deal exists and its version is accepted. Raises StaleVersionError.
    """
    deals = Deal.objects.for_org(org_id).select_for_update(no_key=True)
    if if_version and not any(if_version(deal.version) for deal in deals.filter(deal_id=deal_id)):
        raise StaleVersionError(CHANGED)
    deal, is_new = deals.get_or_create(deal_id=deal_id, defaults={"org_id": org_id, **values})
    if not is_new:
        overwrite_values(deal, values, actor=actor)
    for listener in NEW_DEAL_LISTENERS if is_new else ():
        listener(deal)
    return is_new


@transaction.atomic
def write_deals(
    *, org_id: int, deals: Mapping[DealId, DealValues], actor: Actor, dry_run: bool = False
) -> list[Effect]:
    """`write_deal` for many."""
    effects: list[Effect] = []
    known = Deal.objects.for_org(org_id).filter(deal_id__in=deals).order_by("deal_id").select_for_update(no_key=True)
    edits = {deal.deal_id: deal for deal in known}
    for deal_id, deal in edits.items():
        for change in overwrite_values(deal, deals[DealId(deal_id)], actor=actor):
            effects.append(Effect(deal_id, change.field, change.before, deal.audited_text(change.field)))
    for deal_id in sorted(deals.keys() - edits.keys()):
        is_new = write_deal(org_id=org_id, deal_id=deal_id, values=deals[deal_id], actor=actor)
        before, deal = None if is_new else "", Deal(deal_id=deal_id, **deals[deal_id])
        texts = {field: deal.audited_text(field) for field in ("deal_id", *FIELDS)}
        effects += [Effect(deal_id, field, before, text) for field, text in texts.items() if text]
    if dry_run:
        transaction.set_rollback(True)
    return effects


def erase_reasons(*, org_id: int, deal_ids: Collection[str], actor: Actor) -> list[str]:
    """Also erases the texts of the audit of deals that have or had a reason. Returns their deal ids. Requires a
    transaction.
    """
    deals = Deal.objects.for_org(org_id).filter(deal_id__in=deal_ids).with_reasons()
    erased = list(deals.order_by("pk").select_for_update(no_key=True))
    for deal in erased:
        deal.reported_reason = ""
        deal.save(update_fields=["reported_reason"])
        erase_changes(deal, actor=actor)
    return [deal.deal_id for deal in erased]
