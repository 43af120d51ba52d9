"""Keys, and those who guess them, before several processes."""

from collections import Counter
from functools import partial

from harness.processes import eventually
from harness.web import Server
from interviews.models import InterviewRequest
from orgs import keys
from orgs.models import ApiKey
from orgs.services import create_api_key, revoke_api_key
from tests.live.client import LiveClient, at_once
from tests.live.conftest import Serve

LIMIT = 20
GUESSES = 3 * LIMIT  # so many pass the limit even where the window turns over amid them

BUDGET = {"ANONYMOUS_RATE_LIMIT": str(LIMIT), "REDIS_URL": ""}  # a Redis would remember the guesses of a run before


def test_revoking_holds_from_the_next_request_on_in_every_worker(
    api: LiveClient, interview_request: InterviewRequest
) -> None:
    path = f"/interviews/{interview_request.pk}"
    other_key = create_api_key(org=interview_request.org, name="Warehouse")[1]
    assert {api.get(path).status_code for _ in range(30)} == {200}

    revoke_api_key(ApiKey.objects.get(digest=keys.digest_of(api.key)))

    answers = [api.patch(path, {"objective": "New"}) for _ in range(30)]
    assert {(response.status_code, response.code) for response in answers} == {(401, "unauthorized")}
    assert LiveClient(api.server, other_key).get(path).status_code == 200
    interview_request.refresh_from_db()
    assert interview_request.objective == "Old objective"


def guess(server: Server, addresses: list[str]) -> Counter[int]:
    """The statuses of requests with keys that nobody has issued, one for each address that is said to send it."""
    calls = [
        partial(LiveClient(server, keys.generate()).get, "/interviews/1", X_Forwarded_For=address)
        for address in addresses
    ]
    return Counter(response.status_code for response in at_once(calls, threads=4))


def test_a_flood_of_guesses_is_refused_and_a_key_is_not(
    serve: Serve, acme_key: str, interview_request: InterviewRequest
) -> None:
    with serve(workers=2, **BUDGET) as server:
        api = LiveClient(server, acme_key)

        # Who stands behind no trusted proxy cannot have an address of their own choice for each guess.
        statuses = guess(server, [f"203.0.113.{number}" for number in range(GUESSES)])

        assert statuses.keys() == {401, 429}
        assert LIMIT <= statuses[401] <= 2 * LIMIT
        # A process that has not seen the key yet looks it up as soon as it may; then it knows it.
        assert eventually(
            lambda: {api.get(f"/interviews/{interview_request.pk}").status_code for _ in range(20)} == {200}
        )
        guess(server, ["203.0.113.1"] * LIMIT)
        assert api.patch(f"/interviews/{interview_request.pk}", {"objective": "New"}).status_code == 200


def test_behind_a_trusted_proxy_each_client_has_a_budget(
    serve: Serve, acme_key: str, interview_request: InterviewRequest
) -> None:
    with serve(workers=1, **BUDGET, TRUSTED_PROXIES="127.0.0.1") as server:
        assert guess(server, [f"203.0.113.{number}" for number in range(GUESSES)]) == {401: GUESSES}
        flood = guess(server, ["198.51.100.7"] * GUESSES)
        assert LIMIT <= flood[401] <= 2 * LIMIT
        assert flood[429] == GUESSES - flood[401]
        # What a client writes to the left of its address is its own invention.
        assert guess(server, [f"192.0.2.{number}, 198.51.100.7" for number in range(GUESSES)])[429] >= LIMIT
        assert guess(server, ["198.51.100.8"]) == {401: 1}
