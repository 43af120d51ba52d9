from hindsight.queue.models import Heartbeat
from tests.live.conftest import StartWorker
from tools.harness.processes import eventually


def test_a_worker_that_has_ended_is_not_counted(database_url: str, start_worker: StartWorker) -> None:
    worker = start_worker()
    before = set(Heartbeat.objects.values_list("name", flat=True))
    assert eventually(lambda: bool(set(Heartbeat.objects.values_list("name", flat=True)) - before), seconds=60)
    started = set(Heartbeat.objects.values_list("name", flat=True)) - before
    worker.terminate()
    assert worker.wait(30) == 0
    assert not Heartbeat.objects.filter(name__in=started).exists()
