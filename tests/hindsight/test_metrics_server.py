"""Clients of METRICS_ADDRESS that are slow, and processes that were killed."""

import socket
import time
from pathlib import Path
from threading import Event, Thread
from urllib.request import urlopen

import pytest

from hindsight.metrics import server
from hindsight.metrics.server import DIRECTORY, _Processes, serve_metrics
from tools.harness.processes import free_port


@pytest.mark.slow
def test_a_client_that_sends_a_byte_now_and_then_does_not_stop_the_scrapes(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Each byte arrives in time."""
    monkeypatch.setattr(server, "CONNECTION_SECONDS", 0.3)
    is_scraped, port = Event(), free_port()
    serve_metrics("127.0.0.1", port)
    with socket.create_connection(("127.0.0.1", port)) as slow:

        def drip() -> None:
            for _ in range(500):
                if is_scraped.wait(0.02):
                    return
                try:
                    slow.sendall(b"G")
                except OSError:
                    return

        dripping = Thread(target=drip)
        dripping.start()
        start = time.monotonic()
        with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=20) as response:
            assert response.status == 200
        assert time.monotonic() - start < 5
        is_scraped.set()
        dripping.join()
    assert "Traceback" not in capfd.readouterr().err


def test_a_process_that_was_killed_before_it_filled_its_file_does_not_stop_the_scrapes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(DIRECTORY, str(tmp_path))
    (tmp_path / "counter_1.db").touch()
    assert list(_Processes().collect()) == []
