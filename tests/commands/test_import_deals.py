"""`import_deals` creates and replaces deals from CSV and JSON Lines, by the rules of the API."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from deals import files
from deals.models import FIELDS, Deal
from deals.services import replace_deals
from hindsight.text.record_files import write_csv
from orgs.models import Change, EventKind, Org, SecurityEvent
from staff.lists.exports import EXPORTS
from tests.client import ApiClient
from tests.commands.running import run

CSV = """\
Deal_Id,outcome,reported_reason,amount,currency,closed_at
deal_1,lost,"Price, again",48000.5,EUR,2026-11-20T00:00:00Z
deal_2,,,,,
deal_3,open,,,,
deal_4,won,,many,,
deal_1,won,,,,
,won,,,,
deal_5,won
deal_6,no_decision,,12,,
"""
ERRORS = """\
line 3: No values of the deal. Send at least one of outcome, reported_reason, competitor, segment, amount, currency, \
closed_at. null clears a value.
line 4: outcome: Send one of won, lost, no_decision, or null.
line 5: amount: Send a number, such as 48000.5, not a string.
line 6: deal_id: Line 2 has the same id.
line 7: deal_id: This field is required.
line 8: The header has 6 columns, but this row has 2.
"""


def stored() -> dict[str, dict[str, str]]:
    return {deal.deal_id: {field: deal.audited_text(field) for field in FIELDS} for deal in Deal.objects.all()}


def imported(path: Path, content: str, *options: str) -> str:
    path.write_text(content)
    return run("import_deals", path, "--org", "acme", *options)


def test_valid_rows_are_imported_and_others_reported(
    acme: Org, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "deals.csv"
    path.write_text(CSV)
    with pytest.raises(CommandError, match="Some rows were rejected"):
        call_command("import_deals", str(path), org="acme")
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("created 2, updated 0, unchanged 0, rejected 6\n", ERRORS)
    empty = dict.fromkeys(FIELDS, "")
    first = {"outcome": "lost", "reported_reason": "Price, again", "amount": "48000.5", "currency": "EUR"}
    assert stored() == {
        "deal_1": {**empty, **first, "closed_at": "2026-11-20T00:00:00Z"},
        "deal_6": {**empty, "outcome": "no_decision", "amount": "12"},
    }
    assert set(Deal.objects.values_list("org", flat=True)) == {acme.pk}


def test_json_lines_replace_whole_deals(acme: Org, acme_api: ApiClient, tmp_path: Path) -> None:
    acme_api.put("/deals/deal_1", {"outcome": "lost", "competitor": "X"})
    acme_api.put("/deals/deal_2", {"outcome": "won"})
    rows = [{"deal_id": f"deal_{number}", "outcome": "won", "amount": None} for number in (1, 2, 3)]
    content = "\n".join(map(json.dumps, rows))
    file = tmp_path / "deals.jsonl"
    before = stored()
    assert imported(file, content, "--dry-run") == "dry run: created 1, updated 1, unchanged 1, rejected 0\n"
    assert stored() == before
    assert imported(file, content) == "created 1, updated 1, unchanged 1, rejected 0\n"
    assert stored() == {row["deal_id"]: {**dict.fromkeys(FIELDS, ""), "outcome": "won"} for row in rows}
    changes = Change.objects.order_by("field").values_list("field", "before", "actor")
    assert list(changes) == [("competitor", "X", "import_deals"), ("outcome", "lost", "import_deals")]
    assert imported(file, content) == "created 0, updated 0, unchanged 3, rejected 0\n"
    assert set(SecurityEvent.objects.filter(actor="import_deals").values_list("kind", "org")) == {
        (EventKind.IMPORT, "acme")
    }


def test_a_file_of_an_export_changes_nothing(acme: Org, acme_api: ApiClient, tmp_path: Path) -> None:
    acme_api.put("/deals/=1", {"outcome": "lost", "reported_reason": "=HYPERLINK(1)\n-\u202e", "amount": -3})
    path = tmp_path / "deals.csv"
    with path.open("w", newline="") as out:
        write_csv(EXPORTS["export_deals"].records(Deal.objects.all()), out, EXPORTS["export_deals"].columns)
    assert run("import_deals", path, "--org", "acme") == "created 0, updated 0, unchanged 1, rejected 0\n"


@pytest.mark.parametrize("amount", ["nan", "-inf", "1e400", "1e12", "48,000", "EUR 1"])
def test_an_amount_that_is_no_number_is_rejected(acme: Org, tmp_path: Path, amount: str) -> None:
    with pytest.raises(CommandError, match="Some rows were rejected"):
        imported(tmp_path / "deals.csv", f'deal_id,amount\ndeal_1,"{amount}"\n')
    assert not Deal.objects.exists()


@pytest.mark.parametrize("header", ["", "outcome", "deal_id,deal_id", "deal_id,stage", "deal_id;outcome"])
def test_another_header_is_refused(acme: Org, tmp_path: Path, header: str) -> None:
    with pytest.raises(CommandError, match="The first line must name the columns"):
        imported(tmp_path / "deals.csv", f"{header}\ndeal_1,won\n")
    assert not Deal.objects.exists()


def test_rows_are_committed_in_batches(acme: Org, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []

    def counting(**options: Any) -> Any:
        sizes.append(len(options["deals"]))
        return replace_deals(**options)

    monkeypatch.setattr(files, "MAX_ROWS", 2)
    monkeypatch.setattr("deals.services.replace_deals", counting)
    content = "deal_id,outcome\n" + "".join(f"deal_{number},won\n" for number in range(5))
    assert imported(tmp_path / "deals.csv", content) == "created 5, updated 0, unchanged 0, rejected 0\n"
    assert sizes == [2, 2, 1]
