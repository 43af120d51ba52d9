"""Measures time and memory of the bulk commands: `python -m tools.bench.bulk [--rows N …] [--postgres]`.

On SQLite or PostgreSQL with fsync off. Memory (maximum resident set size) should not depend on the number of rows.
"""

import argparse
import csv
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tools.bench.database import database

MANAGE = [sys.executable, str(Path(__file__).parents[2] / "manage.py")]

# One interview request per contact. Every tenth has a transcript of about 2,000 characters.
INTERVIEWS = """
INSERT INTO interviews_interviewrequest (org_id, contact_id, interview_type_id, deal_id, objective, status,
    survey_token, email_sent_at, completed_at, created_at, updated_at)
SELECT org_id, id, (SELECT id FROM interviews_interviewtype), 'deal_' || id, 'Why was pricing a blocker?',
    CASE WHEN id % 10 = 0 THEN 'completed' ELSE 'created' END, 'token_' || id, NULL,
    CASE WHEN id % 10 = 0 THEN created_at END, created_at, updated_at FROM contacts_contact;
INSERT INTO interviews_transcript (org_id, interview_request_id, content, key_answers, drivers, coverage, created_at)
SELECT org_id, id, replace('{turns}', 'x', 'deal ' || id || ', an answer, '), '[]', '[]', '[]', created_at
FROM interviews_interviewrequest WHERE status = 'completed';
ANALYZE
""".format(turns="**Jane:** x " * 60)


def manage(*words: str) -> None:
    subprocess.run([*MANAGE, *words], check=True, stdout=subprocess.DEVNULL)


def measure(title: str, rows: int, *words: str) -> None:
    started = time.perf_counter()
    with open(os.devnull, "w") as nowhere:
        process = subprocess.Popen([*MANAGE, *words], stdout=nowhere)
        _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, words
    cells = (f"{rows:,}", title, f"{seconds:.0f} s", f"{rows / seconds:,.0f}", f"{usage.ru_maxrss / 1024:.0f} MiB")
    print(f"| {' | '.join(cells)} |", flush=True)


def write_contacts(file: Path, rows: int, version: str) -> None:
    with file.open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["email", "name", "notes"])
        for number in range(rows):
            notes = (
                f"{version}: evaluates {number % 7} vendors, leads a team of {number % 90}. " + "Wants to know. " * 10
            )
            writer.writerow([f"buyer{number:07}@customer{number % 5000}.example", f"Buyer Number {number}", notes])


def run(rows: int, on_postgres: bool) -> None:
    with tempfile.TemporaryDirectory() as name, database(Path(name), on_postgres=on_postgres) as url:
        os.environ.update(HINDSIGHT_ENV="development", DATABASE_URL=url)
        manage("migrate", "-v0")
        manage("create_org", "Acme", "--plan", "growth")
        file = Path(name) / "contacts.csv"
        import_it = ("import_contacts", str(file), "--org", "acme")
        write_contacts(file, rows, "1st version")
        measure("import_contacts, all new", rows, *import_it)
        measure("import_contacts, the same again", rows, *import_it)
        write_contacts(file, rows, "2nd version")
        measure("import_contacts, all changed", rows, *import_it)
        statements = [f"connection.cursor().execute({statement!r})" for statement in INTERVIEWS.split(";")]
        manage("shell", "-v0", "-c", "; ".join(["from django.db import connection", *statements]))
        for file_format in ("jsonl", "csv"):
            measure(
                f"export_interviews, {file_format}", rows, "export_interviews", "--org", "acme", "--format", file_format
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--postgres", action="store_true")
    options = parser.parse_args()
    print("| rows | command | time | rows a second | peak memory |\n|---|---|---|---|---|")
    for rows in options.rows:
        run(rows, options.postgres)


if __name__ == "__main__":
    main()
