"""PUT and GET /api/v1/deals/{deal_id}, also at the same time, and the list."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from deals.models import FIELDS, Deal, DealValues
from deals.services import write_deal
from deals.text import DealId
from hindsight.text.timestamps import utc_text
from orgs.actors import Actor, ActorKind
from orgs.models import Change, Org, Scopes
from tests.client import ApiClient
from tests.transactions import needs_concurrent_writes, waiting_for

pytestmark = pytest.mark.django_db

PATH = "/deals/deal_1"
LOST: dict[str, Any] = {
    "outcome": "lost",
    "reported_reason": "Price: above Competitor X",
    "competitor": "Competitor X",
    "segment": "Enterprise",
    "owner": "Sam Okafor",
    "amount": 48000.5,
    "currency": "EUR",
    "closed_at": "2026-11-20T00:00:00Z",
}
NOTHING = dict.fromkeys(FIELDS)


def shown(response: Any) -> dict[str, Any]:
    return {field: response.json()[field] for field in FIELDS}


class TestReplacing:
    def test_a_deal_is_created_with_what_was_sent(self, acme: Org, acme_api: ApiClient) -> None:
        response = acme_api.put(PATH, LOST)
        assert (response.status_code, response.headers["Location"]) == (201, "/api/v1/deals/deal_1")
        deal = Deal.objects.get()
        times = {"created_at": utc_text(deal.created_at), "updated_at": utc_text(deal.updated_at)}
        assert response.json() == {"deal_id": "deal_1", **LOST, **times}
        got = acme_api.get(PATH)
        assert (got.json(), got.headers["ETag"]) == (response.json(), response.headers["ETag"])
        assert {field: deal.audited_text(field) for field in FIELDS} == {**LOST, "amount": "48000.5"}
        assert deal.org == acme
        assert not Change.objects.exists()

    def test_the_same_values_again_change_nothing(self, acme_api: ApiClient) -> None:
        first, second = acme_api.put(PATH, LOST), acme_api.put(PATH, LOST)
        assert second.status_code == 200
        assert "Location" not in second.headers
        assert (second.json(), second.headers["ETag"]) == (first.json(), first.headers["ETag"])
        assert not Change.objects.exists()

    def test_what_is_left_out_becomes_null_and_is_audited(self, acme: Org, acme_api: ApiClient) -> None:
        first = acme_api.put(PATH, LOST)
        second = acme_api.put(PATH, {"outcome": "won"}, X_Request_Id="r-1")
        assert shown(second) == {**NOTHING, "outcome": "won"}
        assert second.headers["ETag"] != first.headers["ETag"]
        assert second.json()["updated_at"] > first.json()["updated_at"]
        deal = Deal.objects.get()
        changes = Change.objects.of(deal)
        assert {change.field: change.before for change in changes} == {**LOST, "amount": "48000.5"}
        assert {(change.org, change.actor_kind, change.request_id) for change in changes} == {
            (acme, ActorKind.API_KEY, "r-1")
        }

    @pytest.mark.parametrize("body", [{"outcome": None}, NOTHING, {"competitor": "", "reported_reason": ""}])
    def test_null_and_empty_texts_are_nothing(self, acme_api: ApiClient, body: dict[str, Any]) -> None:
        assert shown(acme_api.put(PATH, body)) == NOTHING
        assert shown(acme_api.get(PATH)) == NOTHING

    @pytest.mark.parametrize(
        ("field", "sent", "stored"),
        [
            ("amount", 48000, 48000),
            ("amount", 0.12345, 0.123),
            ("amount", -0.0001, 0),
            ("amount", 999_999_999_999, 999_999_999_999),
            ("closed_at", "2026-11-20T01:00:00+02:00", "2026-11-19T23:00:00Z"),
            ("reported_reason", "Größe\n\U0001f600", "Größe\n\U0001f600"),
        ],
    )
    def test_values_are_shown_as_stored(self, acme_api: ApiClient, field: str, sent: Any, stored: Any) -> None:
        first = acme_api.put(PATH, {field: sent})
        assert first.json()[field] == stored
        again = acme_api.put(PATH, {field: first.json()[field]})
        assert again.headers["ETag"] == first.headers["ETag"]

    @pytest.mark.parametrize(
        ("field", "values"),
        [
            ("outcome", ("Lost", "")),
            ("amount", ("48000", 10**12, 1e300)),
            ("currency", ("eur", "EUR\n")),
            ("closed_at", ("2026-11-20", "2026-02-30T00:00:00Z")),
            *(
                ("competitor", ("x" * 256,)),
                ("segment", (["Enterprise"],)),
                ("owner", ("x" * 256,)),
                ("reported_reason", ("x" * 10_001,)),
            ),
            *(("deal_id", ("deal_1",)), ("stage", ("closed",))),
        ],
    )
    def test_other_values_are_refused(self, acme_api: ApiClient, field: str, values: tuple[Any, ...]) -> None:
        for value in values:
            response = acme_api.put(PATH, {**LOST, field: value})
            assert (response.status_code, response.json()["error"]["details"][0]["field"]) == (400, field), value
        assert not Deal.objects.exists()

    def test_overwrites_count_for_the_daily_limit(self, acme: Org, acme_api: ApiClient, settings: Settings) -> None:
        settings.AUDIT_BYTES_PER_DAY = 1
        acme_api.put(PATH, LOST)
        assert acme_api.put(PATH, {"outcome": "won"}).status_code == 200
        refused = acme_api.put(PATH, LOST)
        assert (refused.status_code, refused.json()["error"]["code"]) == (429, "rate_limit_exceeded")
        assert Deal.objects.get().outcome == "won"


class TestPreconditions:
    def test_if_match_of_the_current_version_replaces_and_creates_nothing(self, acme_api: ApiClient) -> None:
        for header in ("*", '"1"'):
            assert acme_api.put(PATH, LOST, If_Match=header).status_code == 412
        assert not Deal.objects.exists()
        etag = acme_api.put(PATH, LOST).headers["ETag"]
        response = acme_api.put(PATH, {"outcome": "won"}, If_Match=etag)
        assert response.status_code == 200
        assert acme_api.put(PATH, LOST, If_Match=f'"77", {response.headers["ETag"]}').status_code == 200
        assert acme_api.put(PATH, {"outcome": "won"}, If_Match="*").status_code == 200

    @pytest.mark.parametrize("header", ["{etag}", '"77"', '"7-3-2"', '""'])
    def test_if_match_of_another_version_replaces_nothing(self, acme_api: ApiClient, header: str) -> None:
        etag = acme_api.put(PATH, {"outcome": "won"}).headers["ETag"]
        acme_api.put(PATH, LOST)
        response = acme_api.put(PATH, {"outcome": "won"}, If_Match=header.format(etag=etag))
        assert (response.status_code, response.json()["error"]["code"]) == (412, "precondition_failed")
        assert "deal" in response.json()["error"]["message"]
        assert shown(acme_api.get(PATH)) == LOST

    def test_if_none_match_of_the_current_version_gets_304_and_headers_without_effect_400(
        self, acme_api: ApiClient
    ) -> None:
        etag = acme_api.put(PATH, LOST).headers["ETag"]
        assert acme_api.put(PATH, {"outcome": "won"}, If_None_Match="*").status_code == 400
        assert acme_api.get(PATH, If_Match='"1"').status_code == 400
        assert acme_api.get("/deals", If_None_Match='"1"').status_code == 400
        response = acme_api.get(PATH, If_None_Match=etag)
        assert (response.status_code, response.content, response.headers["ETag"]) == (304, b"", etag)
        acme_api.put(PATH, {"outcome": "won"})
        assert acme_api.get(PATH, If_None_Match=etag).status_code == 200


class TestIds:
    @pytest.mark.parametrize(
        ("path", "deal_id"),
        [("/deals/0061i00000ABC", "0061i00000ABC"), ("/deals/..%2Fb", "../b"), ("/deals/gr%C3%B6%C3%9Fe%20", "größe ")],
    )
    def test_any_text_is_an_id(self, acme_api: ApiClient, path: str, deal_id: str) -> None:
        created = acme_api.put(path, LOST)
        assert (created.status_code, created.json()["deal_id"]) == (201, deal_id)
        assert created.headers["Location"] == f"/api/v1{path}"
        assert Deal.objects.get().deal_id == acme_api.get(path).json()["deal_id"] == deal_id

    @pytest.mark.parametrize("path", ["/deals/x%00", f"/deals/{'x' * 256}"])
    def test_ids_that_cannot_be_stored_are_refused(self, acme_api: ApiClient, path: str) -> None:
        for response in (acme_api.get(path), acme_api.put(path, LOST)):
            assert (response.status_code, response.json()["error"]["details"][0]["field"]) == (400, "deal_id")

    @pytest.mark.parametrize("path", ["/deals/", "/deals/deal_1/", "/deals//"])
    def test_a_slash_at_the_end_is_another_path(self, acme_api: ApiClient, path: str) -> None:
        assert acme_api.put(path, LOST).status_code == 404
        assert not Deal.objects.exists()


class TestOrgs:
    def test_each_org_has_its_own_deals(self, acme_api: ApiClient, globex_api: ApiClient, globex: Org) -> None:
        acme_api.put(PATH, LOST)
        missing = globex_api.get(PATH)
        assert (missing.status_code, missing.json()["error"]["code"]) == (404, "not_found")
        assert globex_api.get("/deals").json()["data"] == []
        assert globex_api.put(PATH, LOST, If_Match="*").status_code == 412
        assert globex_api.put(PATH, {"outcome": "won"}).status_code == 201
        assert (shown(acme_api.get(PATH)), shown(globex_api.get(PATH))["outcome"]) == (LOST, "won")
        assert not Change.objects.exists()

    def test_a_key_needs_the_scope(self, acme: Org, acme_api: ApiClient) -> None:
        acme_api.put(PATH, LOST)
        reader, writer = ApiClient.of(acme, Scopes.READ), ApiClient.of(acme, Scopes.WRITE)
        statuses = [(api.get(PATH).status_code, api.put(PATH, LOST).status_code) for api in (reader, writer)]
        assert statuses == [(200, 403), (403, 200)]

    @pytest.mark.parametrize("key", [None, "hsk_wrong"])
    def test_without_a_valid_key_nothing_is_read_or_written(self, acme: Org, key: str | None) -> None:
        api = ApiClient(key)
        statuses = {api.get(PATH).status_code, api.get("/deals").status_code, api.put(PATH, LOST).status_code}
        assert statuses == {401}
        assert not Deal.objects.exists()


class TestList:
    @pytest.fixture(autouse=True)
    def deals(self, acme_api: ApiClient) -> None:
        for number, outcome in enumerate(["won", "lost", None, "no_decision", "lost"]):
            acme_api.put(f"/deals/deal_{number}", {"outcome": outcome})

    def ids(self, api: ApiClient, query: str = "") -> list[str]:
        return [deal["deal_id"].removeprefix("deal_") for deal in api.get(f"/deals?{query}").json()["data"]]

    def test_newest_first_by_outcome_in_pages(self, acme_api: ApiClient) -> None:
        assert self.ids(acme_api) == ["4", "3", "2", "1", "0"]
        assert self.ids(acme_api, "outcome=lost") == ["4", "1"]
        first = acme_api.get("/deals?limit=2").json()
        rest = acme_api.get(f"/deals?limit=100&cursor={first['next_cursor']}").json()
        assert [deal["deal_id"] for deal in rest["data"]] == ["deal_2", "deal_1", "deal_0"]
        assert rest["next_cursor"] is None

    def test_a_poller_sees_each_change_once(self, acme_api: ApiClient) -> None:
        last = acme_api.get("/deals?updated_after=2026-01-01T00:00:00Z").json()["data"][-1]["updated_at"]
        assert self.ids(acme_api, f"updated_after={last}") == []
        acme_api.put("/deals/deal_1", {"outcome": "won"})
        acme_api.put("/deals/deal_0", {"outcome": "won"})  # as before
        assert self.ids(acme_api, f"updated_after={last}") == ["1"]
        assert self.ids(acme_api, f"updated_after={last}&outcome=lost") == []

    @pytest.mark.parametrize("query", ["outcome=open", "outcome=", "updated_after=today", "limit=0", "deal_id=deal_1"])
    def test_other_queries_are_refused(self, acme_api: ApiClient, query: str) -> None:
        assert acme_api.get(f"/deals?{query}").status_code == 400

    def test_a_page_takes_one_statement(self, acme_api: ApiClient) -> None:
        acme_api.get("/deals")
        for path in ("/deals", "/deals?outcome=lost&limit=1", "/deals/deal_1"):
            with CaptureQueriesContext(connection) as queries:
                assert acme_api.get(path).status_code == 200
            assert len([query for query in queries if "rate_limit_counter" not in query["sql"]]) == 1


def say_lost(org: Org) -> None:
    actor = Actor(ActorKind.COMMAND, "import_deals")
    write_deal(org_id=org.pk, deal_id=DealId("deal_1"), values=DealValues(outcome="lost"), actor=actor)


@needs_concurrent_writes
@pytest.mark.django_db(transaction=True)
class TestConcurrency:
    def test_a_deal_that_is_being_created_is_replaced(self, acme: Org, acme_api: ApiClient) -> None:
        response = waiting_for(lambda: say_lost(acme), lambda: acme_api.put(PATH, {"outcome": "won"})).result()
        assert (response.status_code, Deal.objects.get().outcome) == (200, "won")
        assert Change.objects.get().before == "lost"

    def test_a_change_that_is_being_committed_fails_the_precondition(self, acme: Org, acme_api: ApiClient) -> None:
        etag = acme_api.put(PATH, {"outcome": "no_decision"}).headers["ETag"]
        response = waiting_for(
            lambda: say_lost(acme), lambda: acme_api.put(PATH, {"outcome": "won"}, If_Match=etag)
        ).result()
        assert (response.status_code, Deal.objects.get().outcome) == (412, "lost")
        assert Change.objects.get().before == "no_decision"
