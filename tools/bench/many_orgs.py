"""Serves the rows of the bench, in an empty database, to a load generator outside of this repository.

FILE gets the id of each interview request with the API key of its org. Prints the arguments of the load generator.
"""

import argparse
import signal
import tempfile
from pathlib import Path

from tools.harness.orm import set_up_django
from tools.harness.web import serving

parser = argparse.ArgumentParser(prog="python -m tools.bench.many_orgs")
for name in ("--database", "--redis", "--ids"):
    parser.add_argument(name, required=True)
options = parser.parse_args()
set_up_django(options.database, options.redis)

from tools.bench.data import MEASURED, fill  # noqa: E402

rows = fill(MEASURED)
Path(options.ids).write_text("".join(f"{row.pk} {row.key}\n" for row in rows), encoding="ascii")
stores = {"DATABASE_URL": options.database, "REDIS_URL": options.redis}
with tempfile.NamedTemporaryFile() as log, serving(Path(log.name), stores, workers=2) as server:
    arguments = f"--key {rows[0].key} --ids {options.ids} --pid {server.process.pid}"
    print(f"--url http://127.0.0.1:{server.port} {arguments}", flush=True)
    signal.sigwait({signal.SIGINT, signal.SIGTERM})
