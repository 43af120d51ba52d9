"""The commands that create orgs, keys and interview types, show prompts, run trial interviews and run the demo."""

import json
import re
import shlex
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client
from pytest_django import Settings

from contacts.models import Contact
from interviews.lifecycle import Status
from interviews.models import Conversation, InterviewRequest, Transcript, Turn
from interviews.services.transitions import complete_interview
from orgs import keys
from orgs.models import ApiKey, Org, Scopes, SecurityEvent
from tests.client import ApiClient
from tests.commands.running import run
from tests.interviews.steps import converse

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "words",
    [
        "create_org Initech",
        "create_org Initech --plan free",
        "create_org '' --plan growth",
        f"create_org {'x' * 201} --plan growth",
        "create_org Initech --plan growth --rate-limit 0",
        "create_api_key nobody --name CRM",
        "create_api_key acme",
        "create_api_key acme --name=",
        "create_api_key acme --name CRM --expires-in 0",
        "create_api_key acme --name CRM --expires-in 99999999999",
        *("revoke_api_key hsk_nothing", "list_api_keys --org nobody"),
        "rotate_api_key hsk_nothing",
        *("rotate_api_key {key} --grace-days -1", "rotate_api_key {key} --grace-days=366"),
        *("set_plan nobody growth", "set_plan acme free", "set_plan acme", "set_plan acme enterprise --rate-limit 0"),
        "set_plan acme growth --rate-limit 5 --plan-limit",
        *("show_prompt 0", "show_prompt 999999", "show_prompt 99999999999999999999", "show_prompt abc"),
        *("export_interviews", "export_interviews --org nobody", "export_interviews --org acme --format xml"),
        "export_interviews --org acme --output /",
        *("export_corrections --org nobody", "export_corrections --org acme", "export_corrections --since yesterday"),
        *("export_security_events --since yesterday", "export_security_events --since 2026-02-30"),
        *("export_security_events --format xml", "reset_second_factor nobody"),
        *("rotate_webhook_secret 4711", "disable_webhook 4711", "enable_webhook 4711", "test_webhook 4711"),
        "list_deliveries 4711",
    ],
)
def test_invalid_arguments_change_nothing(acme: Org, acme_key: str, words: str) -> None:
    before = [*Org.objects.values()], [*ApiKey.objects.values()]
    with pytest.raises(CommandError):
        run(*shlex.split(words.format(key=acme_key)))
    assert ([*Org.objects.values()], [*ApiKey.objects.values()]) == before


class TestCreateOrg:
    def test_prints_only_the_slug(self) -> None:
        assert run("create_org", "Acme & Söhne", "--plan", "growth") == "acme-sohne\n"
        org = Org.objects.get(slug="acme-sohne")
        assert (org.name, org.plan, org.requests_per_minute, org.is_active) == ("Acme & Söhne", "growth", 300, True)
        assert [kind.name for kind in org.interview_types.all()] == ["Win-loss interview with a buyer"]
        run("create_org", "Acme", "--plan", "essentials", "--rate-limit", 5000)
        assert Org.objects.get(slug="acme").requests_per_minute == 5000
        assert [run("create_org", "Acme", "--plan", "growth") for _ in range(2)] == ["acme-2\n", "acme-3\n"]


class TestApiKeys:
    def test_a_new_key_works_until_it_is_revoked(self, acme: Org, interview_request: InterviewRequest) -> None:
        key = run("create_api_key", "acme", "--name", "CRM", "--expires-in", 30).strip()
        assert keys.is_well_formed(key)
        assert ApiKey.objects.get().lifetime == timedelta(days=30)
        assert ApiClient(key).get(f"/interviews/{interview_request.pk}").status_code == 200
        assert run("revoke_api_key", key) == f"{key[:12]}\n"
        assert ApiClient(key).get(f"/interviews/{interview_request.pk}").status_code == 401

    def test_a_test_key_reaches_the_test_room(self, acme: Org, interview_request: InterviewRequest) -> None:
        key = run("create_api_key", "acme", "--name", "CRM", "--test").strip()
        assert key.startswith("hsk_test_")
        assert ApiKey.objects.get().org == acme.test_room
        assert ApiKey.objects.get().scopes == Scopes.ALL
        assert ApiClient(key).get(f"/interviews/{interview_request.pk}").status_code == 404
        assert run("revoke_api_key", key) == f"{key[:17]}\n"
        assert run("list_orgs").startswith("acme\t")
        assert "acme-test" not in run("list_orgs")

    @pytest.mark.parametrize("word", ["prefix", "-"])
    def test_a_key_can_be_revoked_by_its_prefix_or_from_standard_input(
        self, acme_key: str, monkeypatch: pytest.MonkeyPatch, word: str
    ) -> None:
        monkeypatch.setattr("sys.stdin", StringIO(f"{acme_key}\n"))
        run("revoke_api_key", word.replace("prefix", acme_key[:12]))
        assert ApiKey.objects.get().revoked_at is not None


class TestShowPrompt:
    def test_the_prompt_contains_the_texts_of_a_patch(
        self, acme_api: ApiClient, interview_request: InterviewRequest
    ) -> None:
        acme_api.patch(
            f"/interviews/{interview_request.pk}", {"contact_context": {"title": "CTO"}, "objective": "Why pricing?"}
        )
        prompt = run("show_prompt", interview_request.pk)
        assert '{\n  "title": "CTO"\n}' in prompt
        assert "Why pricing?" in prompt
        assert "Old" not in prompt

    def test_no_prompt_of_a_completed_interview(self, interview_request: InterviewRequest) -> None:
        complete_interview(interview_request, content="**Paige:** Why?")
        with pytest.raises(CommandError, match="The interview is completed, so there is no next prompt"):
            run("show_prompt", interview_request.pk)


class TestRunInterview:
    """Prints the transcript of a trial interview and stores nothing."""

    def run(self, interview_request: InterviewRequest, lines: str) -> tuple[str, str]:
        """Returns standard output and standard error."""
        out, err = StringIO(), StringIO()
        call_command("run_interview", str(interview_request.pk), stdin=StringIO(lines), stdout=out, stderr=err)
        return out.getvalue(), err.getvalue()

    def test_prints_the_transcript_marked_as_a_test(self, interview_request: InterviewRequest) -> None:
        out, err = self.run(interview_request, f"{'x' * 10_001}\nIt was slow.\n\n/finish\n")
        notice, *turns = out.rstrip("\n").split("\n\n")
        assert notice.startswith("TEST")
        assert [line.partition(":** ")[0] for line in turns] == ["**Paige", "**Alice", "**Paige", "**Alice"]
        assert (turns[1], turns[3]) == ("**Alice:** It was slow.", "**Alice:** *(skipped)*")
        for text in ("this interview is not stored", "What set off the search; question; rules", "at most 10,000"):
            assert text in err

    def test_it_goes_to_the_end_of_the_guide_and_stores_nothing(self, interview_request: InterviewRequest) -> None:
        before = InterviewRequest.objects.values().get()
        out, _ = self.run(interview_request, "\n" * 99)
        assert out.count("**Paige:**") == 9
        assert "What, if anything, did I not ask" in out
        assert InterviewRequest.objects.values().get() == before
        assert not any(model.objects.exists() for model in (Conversation, Turn, Transcript))

    def test_does_not_resume_the_conversation_of_the_contact(self, interview_request: InterviewRequest) -> None:
        out, _ = self.run(converse(interview_request, "Said by Alice herself."), "It was slow.\n")
        assert "Alice herself" not in out
        assert Turn.objects.count() == 2


class TestDemo:
    @pytest.fixture(autouse=True)
    def file(self, settings: Settings, tmp_path: Path) -> Path:
        settings.BASE_DIR = tmp_path
        return tmp_path / "var" / "demo.json"

    def test_seed_demo_is_idempotent_and_covers_every_status(self) -> None:
        assert run("seed_demo") == "acme-analytics\nglobex-security\n" == run("seed_demo")
        assert (Org.objects.count(), Contact.objects.count(), InterviewRequest.objects.count()) == (2, 54, 55)
        assert set(InterviewRequest.objects.values_list("status", flat=True)) == set(Status)
        assert not SecurityEvent.objects.filter(actor="seed_demo").exists()

    def test_the_demo_starts_again_after_staff_have_revoked_its_key_renamed_and_emptied_it(self, file: Path) -> None:
        first = run("demo")
        run("revoke_api_key", json.loads(file.read_text())["api_key"])
        assert run("demo") != first
        assert ApiKey.objects.without_test_rooms().count() == 2
        org = Org.objects.get(slug="acme-analytics")
        org.name = "Acme"
        org.save()
        assert "Demo org: Acme\n" in run("demo")
        InterviewRequest.objects.all().delete()
        assert 'curl -X PATCH "$HINDSIGHT_URL/interviews/ID"' in run("demo")
        assert Org.objects.without_test_rooms().count() == 2

    @pytest.mark.slow
    def test_the_welcome_shows_working_credentials_and_stays_the_same(self, settings: Settings, file: Path) -> None:
        welcome = run("demo")
        assert run("demo") == welcome
        kept = json.loads(file.read_text())
        for name, value in {
            "HINDSIGHT_API_KEY": kept["api_key"],
            "HINDSIGHT_TEST_KEY": kept["test_key"],
            "HINDSIGHT_URL": f"{settings.PUBLIC_BASE_URL}/api/v1",
        }.items():
            assert f"export {name}={value}\n" in welcome
        assert kept["password"] in welcome
        assert file.stat().st_mode & 0o077 == 0
        path = f"/interviews/{InterviewRequest.objects.earliest('id').pk}"
        assert ApiClient(kept["api_key"]).get(path).status_code == 200

    def test_the_link_opens_an_unfinished_interview(self, client: Client, settings: Settings) -> None:
        links = set()
        for _ in range(2):
            link, german = re.findall(rf"{settings.PUBLIC_BASE_URL}(/survey\S+)", run("demo"))
            assert "I agree, start the interview" in client.get(link).content.decode()
            assert "Zustimmen und starten" in client.get(german).content.decode()
            complete_interview(InterviewRequest.objects.of_survey_token(link.partition("token=")[2]).get(), content="")
            links.add(link)
        assert len(links) == 2

    @pytest.mark.parametrize("command", ["demo", "seed_demo"])
    def test_the_demo_is_disabled_in_production(self, settings: Settings, command: str) -> None:
        settings.DEVELOPMENT = False
        with pytest.raises(CommandError, match="HINDSIGHT_ENV"):
            run(command)
        assert not Org.objects.exists()


class TestCreateInterviewType:
    @pytest.mark.parametrize("guide", ["win_loss_buyer", "win_loss_buyer_de", "no_decision", "nps_follow_up"])
    def test_prints_the_id_that_the_api_takes(self, acme: Org, acme_api: ApiClient, guide: str) -> None:
        public_id = run("create_interview_type", "acme", "--guide", guide).strip()
        body = {"contact_email": "jane@example.com", "interview_type_id": public_id}
        assert acme_api.post("/interviews", body).status_code == 201
        assert "===== system" in run("show_prompt", InterviewRequest.objects.get().pk)

    def test_a_second_interview_type_of_one_guide_is_rejected(self, acme: Org) -> None:
        run("create_interview_type", "acme", "--guide", "no_decision")
        with pytest.raises(CommandError, match="already"), transaction.atomic():
            run("create_interview_type", "acme", "--guide", "no_decision")
        assert acme.interview_types.count() == 1
