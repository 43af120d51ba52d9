"""pgbench with the SQL of a PATCH: the upper limit set by the database."""

import subprocess
from pathlib import Path
from urllib.parse import urlsplit

from interviews.services.update_sql import update_statement
from tools.bench.data import Customer

CONTEXT = "repeat('Completed a 30-day POC. ', 5) || :number"
NAME = "'Jane Smith ' || :number"
OBJECTIVE = "'Understand why pricing was the blocker; ' || :number"

# With weights, as in tools.bench.operations.
KINDS = {
    "notes": ({"notes": CONTEXT}, 4),
    "objective": ({"objective": OBJECTIVE}, 3),
    "all": ({"name": NAME, "notes": CONTEXT, "objective": OBJECTIVE}, 3),
}


def script(customer: Customer, texts: dict[str, str]) -> str:
    statement = update_statement(tuple(texts), verify=True, if_match=False, wait=False)
    update = statement % {
        **{name: f"({text})" for name, text in texts.items()},
        "org_id": customer.org_id,
        "interview_request_id": ":id",
        "actor_kind": "'api_key'",
        "actor": "'bench'",
        "request_id": "'bench'",
        "digest": f"'{customer.digest}'",
        "separator": "' '",
        "name_to_search": "''",
        "now": "now()",
    }
    return (
        f"\\set id random({customer.first_request_id}, {customer.last_request_id})\n"
        f"\\set number random(1, 1000000)\n{update};\n"
    )


def run(
    program: Path, database_url: str, customer: Customer, directory: Path, *, seconds: float, clients: int
) -> float:
    """Returns transactions per second."""
    files = []
    for name, (texts, weight) in KINDS.items():
        file = directory / f"{name}.sql"
        file.write_text(script(customer, texts))
        files += ["-f", f"{file}@{weight}"]
    url = urlsplit(database_url)
    done = subprocess.run(
        [
            *(str(program), "-h", str(url.hostname), "-p", str(url.port), "-U", str(url.username)),
            *("-n", "-M", "prepared", "-c", str(clients), "-T", str(max(1, round(seconds)))),
            *files,
            url.path.removeprefix("/"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"pgbench failed:\n{done.stderr}")
    return float(done.stdout.partition("tps = ")[2].split()[0])
