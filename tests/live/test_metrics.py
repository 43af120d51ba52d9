"""/metrics of a server with several processes, parsed with Prometheus' own library."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest
from django.db import transaction
from prometheus_client.parser import text_string_to_metric_families

from hindsight import __version__
from interviews.models import InterviewRequest
from orgs.models import Org
from tests.fakes.provider import fake_provider, status
from tests.live.client import LiveClient, get_page, response_to
from tests.live.conftest import Serve
from tools.harness.processes import eventually, free_port, is_running
from tools.harness.receiver import receiving
from tools.harness.web import ROOT, SCRIPT, Server, start_worker
from webhooks.sending import clean_url
from webhooks.services.endpoints import create_endpoint
from webhooks.services.events import send_test_event

WORKERS = 3
THREADS = 2
ROUTE = "api/v1/interviews/<id:id>"


@dataclass(frozen=True)
class Metrics:
    port: int

    def scrape(self) -> str:
        with urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=10) as response:
            return str(response.read().decode())

    def value(self, name: str, **labels: str) -> float:
        """The sum of the samples with these labels."""
        families = text_string_to_metric_families(self.scrape())
        samples = [sample for family in families for sample in family.samples if sample.name == name]
        assert samples, f"no sample of {name}"
        return sum(sample.value for sample in samples if labels.items() <= sample.labels.items())


@dataclass(frozen=True)
class Measured:
    server: Server
    metrics: Metrics


@pytest.fixture(scope="module")
def measured(serve: Serve) -> Iterator[Measured]:
    metrics = Metrics(free_port())
    with (
        fake_provider(status(429)) as provider,
        serve(
            workers=WORKERS,
            METRICS_ADDRESS=f"127.0.0.1:{metrics.port}",
            WEB_THREADS=str(THREADS),
            PAIGE_BASE_URL=provider.url,
            PAIGE_MODEL="busy",
            ANONYMOUS_RATE_LIMIT="100000",
        ) as server,
    ):
        yield Measured(server, metrics)


def test_requests_of_all_processes_are_counted_by_route_and_status(
    measured: Measured, acme_key: str, interview_request: InterviewRequest
) -> None:
    api, path = LiveClient(measured.server, acme_key), f"/interviews/{interview_request.pk}"
    labels = {"method": "GET", "route": ROUTE}
    for _ in range(10 * WORKERS):  # one connection each, so that all processes get some
        assert api.get(path).status_code == 200
    assert api.get("/interviews/999999").status_code == 404
    for _ in range(2 * WORKERS):  # by any process
        assert measured.metrics.value("hindsight_requests_total", **labels, status="200") == 10 * WORKERS
        assert measured.metrics.value("hindsight_requests_total", **labels, status="404") == 1
    assert measured.metrics.value("hindsight_request_duration_seconds_count", **labels) == 10 * WORKERS + 1
    assert measured.metrics.value("hindsight_request_duration_seconds_bucket", **labels, le="+Inf") == 10 * WORKERS + 1
    assert 0 < measured.metrics.value("hindsight_request_duration_seconds_sum", **labels) < 60


def test_nothing_of_a_request_is_in_a_label(
    measured: Measured, acme_key: str, interview_request: InterviewRequest
) -> None:
    token = str(interview_request.survey_token)
    before = len(measured.metrics.scrape().splitlines())
    for number in range(50):
        get_page(measured.server, f"/survey?token={token}&number={number}")
        get_page(measured.server, f"/static/s3cret-{number}")
        get_page(measured.server, f"/admin/s3cret-{number}/")
        response_to(measured.server.port, f"S3CRET{number}", "/healthz")
        LiveClient(measured.server, acme_key).get(f"/interviews/{7_770_000 + number}")
    text = measured.metrics.scrape()
    for secret in (token, acme_key, acme_key[:12], interview_request.org.slug, "s3cret", "S3CRET", "777000"):
        assert secret not in text
    assert {"other"} < set(re.findall(r'method="(\w+)"', text)) <= {"GET", "POST", "other"}
    assert len(text.splitlines()) - before < 150


def test_the_public_server_does_not_have_the_path(measured: Measured) -> None:
    assert get_page(measured.server, "/metrics").status_code == 404
    assert response_to(measured.metrics.port, "GET", "/healthz").status_code == 404


def test_the_pool_counts_connections_of_running_processes_only(measured: Measured) -> None:
    metrics = measured.metrics
    assert metrics.value("hindsight_pool_connections") == WORKERS * THREADS
    requests = metrics.value("hindsight_requests_total")
    victim = next(pid for pid in measured.server.workers if is_running(pid))
    os.kill(victim, signal.SIGKILL)
    assert eventually(lambda: measured.server.is_up(WORKERS + 1), seconds=30)
    assert eventually(lambda: metrics.value("hindsight_pool_connections") == WORKERS * THREADS)
    assert metrics.value("hindsight_pool_connections_in_use") == 0
    assert metrics.value("hindsight_pool_requests_waiting") == 0
    assert metrics.value("hindsight_requests_total") >= requests, "a counter must not decrease"


def test_each_process_has_its_cpu_and_memory_and_all_have_one_build(measured: Measured) -> None:
    families = {family.name: family for family in text_string_to_metric_families(measured.metrics.scrape())}
    # A process that has just started can have used less than a tick of CPU.
    for name, least in (("process_cpu_seconds", 0), ("process_resident_memory_bytes", 1)):
        values = {sample.labels["pid"]: sample.value for sample in families[name].samples}
        running = {str(pid) for pid in measured.server.workers if is_running(pid)}
        assert len(running) == WORKERS
        assert running <= values.keys()
        assert min(values.values()) >= least
        assert max(values.values()) > 0
        assert all(is_running(int(pid)) for pid in values)
    [build] = families["hindsight_build_info"].samples
    commit = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True).stdout.strip()
    assert build.labels == {"version": __version__, "commit": commit}


def test_requests_that_wait_for_a_thread_are_counted(
    serve: Serve, acme_key: str, interview_request: InterviewRequest
) -> None:
    metrics, path = Metrics(free_port()), f"/interviews/{interview_request.pk}"
    with serve(workers=1, WEB_THREADS="1", METRICS_ADDRESS=f"127.0.0.1:{metrics.port}") as server:
        api = LiveClient(server, acme_key)
        with ThreadPoolExecutor(2) as clients:
            with transaction.atomic():
                InterviewRequest.objects.filter(pk=interview_request.pk).update(objective="Locked")
                patch = clients.submit(api.patch, path, {"objective": "New"})
                assert eventually(lambda: metrics.value("hindsight_pool_connections_in_use") == 1)
                get = clients.submit(api.get, path)
                assert eventually(lambda: metrics.value("hindsight_pool_requests_waiting") == 1)
            assert (patch.result().status_code, get.result().status_code) == (200, 200)
        assert eventually(lambda: metrics.value("hindsight_pool_connections_in_use") == 0)
        assert metrics.value("hindsight_pool_requests_waiting") == 0


def test_turns_and_fallbacks(measured: Measured, interview_request: InterviewRequest) -> None:
    turns, fallbacks = "hindsight_turns_total", "hindsight_fallbacks_total"
    for step in ({"step": "consent"}, {"step": "answer", "number": "1", "text": "It was slow."}):
        form = urlencode({"token": interview_request.survey_token, **step}).encode()
        with urlopen(f"http://127.0.0.1:{measured.server.port}/survey", form, timeout=20):
            pass
    stored = list(interview_request.turns.filter(engine__gt="").values_list("engine", flat=True))
    assert "fallback" in stored
    for engine in set(stored):
        assert measured.metrics.value(turns, engine=engine) == stored.count(engine)
    assert measured.metrics.value(fallbacks, outcome="status 429") == stored.count("fallback")


def test_deliveries_and_the_queue(serve: Serve, acme: Org) -> None:
    metrics, attempts = Metrics(free_port()), 'hindsight_webhook_attempts_total{result="accepted"} 1.0'
    with receiving() as receiver:
        endpoint = create_endpoint(org_id=acme.pk, url=clean_url(receiver.url), event_types=["interview.completed"])
        with serve(workers=2, METRICS_ADDRESS=f"127.0.0.1:{metrics.port}"):
            send_test_event(endpoint)
            assert metrics.value("hindsight_database_readable") == 1
            assert metrics.value("hindsight_queue_tasks", queue="deliveries") == 1
            assert metrics.value("hindsight_queue_oldest_seconds", queue="deliveries") > 0
            assert metrics.value("hindsight_queue_tasks", queue="driver choices") == 0
        with_worker = [sys.executable, "-c", "from hindsight.server.serve import serve; serve(with_worker=True)"]
        with serve(workers=2, command=with_worker, METRICS_ADDRESS=f"127.0.0.1:{metrics.port}"):
            assert eventually(lambda: attempts in metrics.scrape(), seconds=30), metrics.scrape()
            assert eventually(lambda: metrics.value("hindsight_queue_tasks", queue="deliveries") == 0)


def test_a_worker_of_its_own_serves_its_numbers(database_url: str, tmp_path: Path) -> None:
    metrics = Metrics(free_port())
    environment = {"METRICS_ADDRESS": f"127.0.0.1:{metrics.port}"}
    with (tmp_path / "log").open("wb") as log:
        worker = start_worker(database_url, log, **environment)
        try:
            assert eventually(lambda: answers(metrics), seconds=30)
            assert metrics.value("hindsight_database_readable") == 1
            second = start_worker(database_url, log, **environment)
            assert second.wait(30) == 1
        finally:
            worker.kill()
            worker.wait()
    assert "Give each worker another port." in (tmp_path / "log").read_text()


def answers(metrics: Metrics) -> bool:
    try:
        metrics.scrape()
    except OSError:
        return False
    return True


def test_the_public_port_is_refused() -> None:
    port = str(free_port())
    variables = {"HINDSIGHT_ENV": "development", "PORT": port, "METRICS_ADDRESS": f"127.0.0.1:{port}"}
    result = subprocess.run(SCRIPT, env=os.environ | variables, capture_output=True, text=True, timeout=60)
    assert (result.returncode, result.stderr) == (1, "METRICS_ADDRESS needs another port than PORT.\n")
