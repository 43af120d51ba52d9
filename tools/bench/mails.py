"""Four workers send invitations to 50,000 contacts of 50 orgs: `python -m tools.bench.mails`, from Monday to Friday."""

import datetime
import subprocess
import sys
import tempfile
import time
from typing import Any

from tools.harness.orm import set_up_django
from tools.harness.processes import free_port
from tools.harness.stores import DURABLE, killable_postgres, killable_redis
from tools.harness.web import start_worker

CONTACTS, SHOWN, WORKERS = 1_000, 5_000, 4  # contacts of an org; mails between two lines
with killable_postgres(DURABLE) as postgres, killable_redis() as redis, tempfile.TemporaryFile() as log:
    set_up_django(postgres.url, redis.url)
    from interviews.demo import ADMIN
    from interviews.models import InterviewType
    from sequences.models import Enrolment, Mail, Sequence
    from sequences.services.sequences import save_sequence, shipped_steps
    from tools.bench.client import cpu_seconds
    from tools.bench.data import ORGS, fill

    fill(2 * CONTACTS)
    values: dict[str, Any] = {"name": "Buyers", "language": "en", "sender_name": "Ann", "reply_to": "ann@example.com"}
    values |= {"window_start": datetime.time(), "window_end": datetime.time(23, 59), "time_zone": "UTC"}
    values |= {"postal_address": "1 High Street", "daily_cap": CONTACTS}
    for kind in InterviewType.objects.select_related("org"):
        new = Sequence(org=kind.org, interview_type=kind, **values)
        own = {"org_id": kind.org_id, "sequence": save_sequence(new, shipped_steps("en"), actor=ADMIN)}
        rows = kind.org.interview_requests.order_by("contact_id", "pk").distinct("contact_id")[:CONTACTS]
        enrolled = [Enrolment(interview_request=row, contact_id=row.contact_id, **own) for row in rows]
        enrolled = Enrolment.objects.bulk_create(enrolled)
        Mail.objects.bulk_create(Mail(enrolment=row, step=0, state="waiting", **own) for row in enrolled)
    host = f"127.0.0.1:{free_port()}"
    server = [sys.executable, "-m", "aiosmtpd", "-n", "-c", "aiosmtpd.handlers.Sink", "-l", host]
    mail = {"EMAIL_URL": f"smtp://{host}", "EMAIL_FROM": "paige@example.com"}
    processes = [subprocess.Popen(server), *(start_worker(postgres.url, log, **mail) for _ in range(WORKERS))]
    pids, before, began = [process.pid for process in processes[1:]], 0, time.perf_counter()
    spent = cpu_seconds(*pids), cpu_seconds(postgres.pid)
    while before < ORGS * CONTACTS:
        time.sleep(1)
        if (sent := Mail.objects.filter(state="sent").count()) < min(before + SHOWN, ORGS * CONTACTS):
            continue
        now, spent_before, spent = time.perf_counter(), spent, (cpu_seconds(*pids), cpu_seconds(postgres.pid))
        worker, database = ((new - old) * 1000 / (sent - before) for new, old in zip(spent, spent_before, strict=True))
        rate = f"{(sent - before) / (now - began):.0f} a second"
        print(f"{sent:,} sent, {rate}, CPU ms a mail: {worker:.0f} workers, {database:.0f} PostgreSQL", flush=True)
        before, began = sent, now
    for process in processes:
        process.terminate()
