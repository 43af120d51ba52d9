"""`import_deals` creates and updates deals from CSV and JSON Lines, by the rules of the API."""

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from deals.files import DealImporter
from deals.models import FIELDS, Deal
from orgs.models import Change, EventKind, Org, SecurityEvent
from tests.client import ApiClient
from tests.commands.running import run

pytestmark = pytest.mark.usefixtures("acme")

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
line 3: The cells of the chosen columns are empty.
line 4: outcome: Write won, lost or no decision, not “open”.
line 5: amount: Write the amount as a number, such as 120000.50, not “many”.
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


def test_json_lines_write_what_they_name(acme_api: ApiClient, tmp_path: Path) -> None:
    acme_api.put("/deals/deal_1", {"outcome": "lost", "competitor": "X", "segment": "EMEA"})
    acme_api.put("/deals/deal_2", {"outcome": "won"})
    rows = [{"deal_id": f"deal_{number}", "outcome": "won", "segment": None} for number in (1, 2, 3)]
    content = "\n".join(map(json.dumps, rows))
    file = tmp_path / "deals.jsonl"
    before = stored()
    assert imported(file, content, "--dry-run") == "dry run: created 1, updated 1, unchanged 1, rejected 0\n"
    assert stored() == before
    assert imported(file, content) == "created 1, updated 1, unchanged 1, rejected 0\n"
    won = {**dict.fromkeys(FIELDS, ""), "outcome": "won"}
    assert stored() == {"deal_1": {**won, "competitor": "X"}, "deal_2": won, "deal_3": won}
    changes = Change.objects.order_by("field").values_list("field", "before", "actor")
    assert list(changes) == [("outcome", "lost", "import_deals"), ("segment", "EMEA", "import_deals")]
    assert imported(file, content) == "created 0, updated 0, unchanged 3, rejected 0\n"
    assert set(SecurityEvent.objects.filter(actor="import_deals").values_list("kind", "org")) == {
        (EventKind.IMPORT, "acme")
    }


def test_an_absent_column_and_an_empty_cell_keep_what_is_stored(
    acme_api: ApiClient, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    acme_api.put("/deals/deal_1", {"outcome": "lost", "competitor": "X", "amount": 5})
    before = stored()
    file = tmp_path / "deals.csv"
    content = "Record ID;Phase of sale;Competitor;Amount;Region\ndeal_1;no decision;;120.000,50;Sue\n"
    assert imported(file, content, "--dry-run") == "dry run: created 0, updated 1, unchanged 0, rejected 0\n"
    printed = capsys.readouterr().err.splitlines()
    assert printed == ["not imported: 'Phase of sale', 'Region'", "'deal_1': amount: '5' → '120000.5'"]
    assert stored() == before
    imported(file, content)
    assert stored() == {"deal_1": {**before["deal_1"], "amount": "120000.5"}}
    imported(file, content, "--map", "Phase of sale=outcome", "--map", "Amount=")
    assert stored() == {"deal_1": {**before["deal_1"], "amount": "120000.5", "outcome": "no_decision"}}


def test_a_dry_run_prints_the_first_changes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(DealImporter, "batch_rows", 2)
    monkeypatch.setattr("orgs.import_command.SHOWN_ROWS", 3)
    content = "deal_id,outcome\n" + "".join(f"deal_{number},won\n" for number in range(5))
    imported(tmp_path / "deals.csv", content, "--dry-run")
    printed = capsys.readouterr().err.splitlines()
    assert printed[-3:] == ["'deal_2': deal_id: new → 'deal_2'", "'deal_2': outcome: new → 'won'", "and 2 more rows"]
    assert len(printed) == 7


@pytest.mark.parametrize(
    ("header", "options", "message"),
    [
        ("", (), "Choose one column for deal_id. Pass --map COLUMN=FIELD; the fields are deal_id, outcome"),
        ("outcome", (), "Choose one column for deal_id."),
        ('"deal_id"x', (), "The first line is not a valid CSV row"),
        ("outcome", ("--map", "Id=deal_id"), "The file has no column 'Id'. It has outcome."),
        ("outcome", ("--map", "outcome=deal"), "Choose a field for each column."),
        ("deal_id", ("--map", "deal_id=outcome"), "Choose one column for deal_id."),
    ],
)
def test_columns_that_cannot_be_imported_are_refused(
    tmp_path: Path, header: str, options: tuple[str, ...], message: str
) -> None:
    with pytest.raises(CommandError) as raised:
        imported(tmp_path / "deals.csv", f"{header}\ndeal_1\n", *options)
    assert message in str(raised.value)
    assert not Deal.objects.exists()
