"""`doctor` prints one line per check, also while other services are unavailable."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db.migrations.recorder import MigrationRecorder
from pytest_django import Settings

from hindsight import __version__
from interviews.lifecycle import Engine, Wording
from interviews.models import InterviewRequest, Turn
from tests.fakes.provider import Act, fake_provider, hangs, says, status
from tests.hindsight.test_settings import PRODUCTION, manage
from tests.interviews.reports.test_model_statistics import add_turns
from tools.harness.processes import free_port


def run_doctor() -> tuple[dict[str, str], bool]:
    """Returns the texts by `ok` or `FAIL` and name of the check, and whether all checks passed."""
    out, healthy = StringIO(), True
    try:
        call_command("doctor", stdout=out)
    except CommandError:
        healthy = False
    lines = dict(line.split(": ", 1) for line in out.getvalue().splitlines())
    assert all(line.startswith(("ok    ", "FAIL  ")) for line in lines)
    return lines, healthy


def use_model(settings: Settings, url: str) -> None:
    settings.PAIGE_BASE_URL, settings.PAIGE_MODEL, settings.PAIGE_API_KEY = url, "paige-1", "s3cret"


@pytest.mark.django_db
class TestChecks:
    def test_all_checks_pass_until_a_migration_is_pending(self) -> None:
        lines, healthy = run_doctor()
        assert healthy
        assert lines["ok    version"] == __version__
        assert {line[:6] for line in lines} == {"ok    "}
        MigrationRecorder.Migration.objects.filter(app="interviews").delete()
        lines, healthy = run_doctor()
        assert not healthy
        assert lines["FAIL  migrations"].endswith(" not applied (stop first). Run `manage.py migrate`.")

    def test_settings_that_may_be_wrong_give_a_hint(self, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("WEB_CONCURENCY", "4")
        settings.METRICS_ADDRESS, settings.SECURE_SSL_REDIRECT = ("0.0.0.0", 9100), True
        lines, _ = run_doctor()
        assert lines["ok    metrics"].endswith("it must not be public")
        assert "TRUSTED_PROXIES" in lines["ok    proxies"]
        assert "Did you mean WEB_CONCURRENCY?" in lines["FAIL  system checks"]

    @pytest.mark.parametrize(("fallbacks", "result", "share"), [(0, "ok    ", "0.0%"), (1, "FAIL  ", "10.0%")])
    def test_more_than_5_percent_of_fallbacks_fail(
        self, interview_request: InterviewRequest, fallbacks: int, result: str, share: str
    ) -> None:
        add_turns(interview_request, Engine.MODEL, *[3_000] * (10 - fallbacks))
        add_turns(interview_request, Engine.FALLBACK, *[8_000] * fallbacks)
        lines, healthy = run_doctor()
        assert healthy == (not fallbacks)
        assert lines[f"{result}model turns"].startswith(f"10 asked the model in the last hour, {share} fell back")

    @pytest.mark.parametrize(
        ("reply", "text"), [('{"move": 2}', "paige-1 chooses ("), ("Hello!", "paige-1 replies, but without a choice")]
    )
    def test_the_model_is_asked_to_choose(self, settings: Settings, reply: str, text: str) -> None:
        with fake_provider(says(reply)) as provider:
            use_model(settings, provider.url)
            lines, healthy = run_doctor()
        assert healthy
        assert lines["ok    model endpoint"].startswith(text)
        [request] = provider.requests
        assert (request["model"], len(request["messages"])) == ("paige-1", 1)
        assert provider.headers[0]["authorization"] == "Bearer s3cret"

    def test_a_server_of_its_own_is_asked_to_word(self, settings: Settings) -> None:
        with fake_provider(says('{"move": 2}')) as provider, fake_provider(says('{"text": "And then?"}')) as other:
            use_model(settings, provider.url)
            assert run_doctor()[0]["ok    wording endpoint"] == "the model endpoint"
            settings.PAIGE_WORDING_BASE_URL, settings.PAIGE_WORDING_MODEL = other.url, "small"
            lines, healthy = run_doctor()
        assert healthy
        assert lines["ok    wording endpoint"].startswith("small words (")
        assert "authorization" not in other.headers[0]
        with fake_provider(status(401)) as other:
            settings.PAIGE_WORDING_BASE_URL = other.url
            lines, healthy = run_doctor()
        assert not healthy
        assert lines["FAIL  wording endpoint"].startswith("status 401. Correct PAIGE_WORDING_API_KEY.")

    def test_more_than_20_percent_of_refused_words_fail(self, interview_request: InterviewRequest) -> None:
        add_turns(interview_request, Engine.MODEL, *[3_000] * 10)
        turns = Turn.objects.order_by("number")
        turns.filter(number__lte=7).update(worded_by=Wording.MODEL)
        turns.filter(number__in=(8, 9)).update(wording_fallback="advice")
        assert run_doctor()[0]["FAIL  worded messages"].startswith("9 in the last hour, 22.2%")
        turns.filter(number=9).update(wording_fallback="")
        assert run_doctor()[0]["ok    worded messages"].startswith("8 in the last hour, 12.5%")

    @pytest.mark.parametrize(
        ("act", "problem"),
        [
            (status(401), "status 401. Correct PAIGE_API_KEY."),
            (status(404), "status 404. Correct PAIGE_MODEL, or the path of PAIGE_BASE_URL."),
            (hangs, "timeout. Use a faster endpoint, or raise PAIGE_TIMEOUT."),
            (status(500), "status 500. Start the model server, or correct PAIGE_BASE_URL."),
        ],
    )
    def test_a_model_that_fails(self, settings: Settings, act: Act, problem: str) -> None:
        settings.PAIGE_TIMEOUT = 0.5
        with fake_provider(act) as provider:
            use_model(settings, provider.url)
            lines, healthy = run_doctor()
        assert not healthy
        assert lines["FAIL  model endpoint"].startswith(problem)

    def test_static_files(self, settings: Settings, tmp_path: Path) -> None:
        settings.STATIC_ROOT = tmp_path
        assert "Run `manage.py collectstatic" in run_doctor()[0]["FAIL  static files"]
        (tmp_path / "staticfiles.json").write_text("{}")
        assert run_doctor()[0]["ok    static files"] == "collected"


@pytest.mark.slow
def test_it_works_while_database_and_redis_are_unavailable() -> None:
    closed = f"user:topsecret@127.0.0.1:{free_port()}"
    unavailable = {"DATABASE_URL": f"postgres://{closed}/hindsight", "REDIS_URL": f"redis://{closed}/0"}
    done = manage("doctor", **{**PRODUCTION, **unavailable})
    lines = done.stdout.splitlines()
    assert done.returncode == 1
    failed = ["FAIL  database", "FAIL  migrations", "FAIL  rate limits"]
    assert [line.partition(":")[0] for line in lines[1:4]] == failed
    assert "ok    model endpoint: not configured" in lines
    assert "correct DATABASE_URL" in lines[1]
    assert "correct REDIS_URL" in lines[3]
    assert "ok    system checks: no problems" in lines
    assert done.stderr == "CommandError: Some checks failed, see above.\n"
    assert "topsecret" not in done.stdout
