"""Measures the search in transcripts and the list of findings: `python -m tools.bench.transcripts [--answers N]`.

Fills a temporary PostgreSQL with answers of words from the shipped guides and the demo, as frequent as there. Nine of
ten answers are Acme's. Then sends requests of Acme through Django's test client, in one process.
"""

import argparse
import json
import random
import re
import statistics
import sys
import tempfile
from collections import Counter
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from tools.bench.database import database
from tools.bench.finding import timed
from tools.harness.orm import set_up_django
from tools.harness.processes import ServerError, interrupt_on_signals

RUNS = 5
ORGS = 10
ANSWERS_OF_AN_INTERVIEW = 10
WORDS_OF_AN_ANSWER = 40
HALVES = 5_000  # of answers, each in many answers
NEVER_REACHED = 10_000_000
ROOT = Path(__file__).resolve().parent.parent.parent
TEXTS = [*(ROOT / "interviews" / "guides").glob("*.json"), ROOT / "interviews" / "demo" / "demo.json"]

# One interview a minute; nine of ten are the first org's.
FILL = """
CREATE TEMP TABLE interview AS
SELECT n, (SELECT min(id) FROM orgs_org) + CASE WHEN n %% 10 < 9 THEN 0 ELSE 1 + n / 10 %% {others} END AS org_id
FROM generate_series(1, {interviews}) AS n;

INSERT INTO contacts_contact (org_id, email, name, notes, version, created_at, updated_at)
SELECT id, 'jane@example.com', 'Jane', '', 1, now(), now() FROM orgs_org;

INSERT INTO deals_deal (org_id, deal_id, outcome, reported_reason, competitor, segment, currency, version, created_at,
    updated_at)
SELECT org_id, 'deal-' || n, CASE WHEN n %% 3 = 0 THEN 'won' ELSE 'lost' END, '', 'Competitor ' || n %% 7,
    '', '', 1, now(), now()
FROM interview;

INSERT INTO interviews_interviewrequest (id, org_id, contact_id, interview_type_id, deal_id, objective, status,
    progress, survey_token, completed_at, created_at, updated_at)
SELECT n, interview.org_id, contact.id, type.id, 'deal-' || n, '', 'completed', 'completed', 'token-' || n,
    now() - ({interviews} - n) * interval '1 minute', now(), now()
FROM interview
JOIN contacts_contact AS contact ON contact.org_id = interview.org_id
JOIN interviews_interviewtype AS type ON type.org_id = interview.org_id;

CREATE TEMP TABLE half (number int PRIMARY KEY, words text);

INSERT INTO half SELECT * FROM unnest(%s::int[], %s::text[]);

CREATE TEMP TABLE said AS
SELECT n, turn, one.words || ' ' || other.words || ' reference' || n || '.' AS answer
FROM interview
CROSS JOIN generate_series(2, 2 * {answers}, 2) AS turn
JOIN half AS one ON one.number = (n * 7 + turn) %% {halves}
JOIN half AS other ON other.number = (n / 11 + turn * 13) %% {halves};

CREATE TEMP TABLE placed AS
SELECT *, sum(length(block) + 2) OVER (PARTITION BY n ORDER BY turn) - 2 AS ends
FROM (SELECT *, '**Paige:** What made you look?' || E'\\n\\n' || '**Jane:** ' || answer AS block FROM said) AS blocks;

INSERT INTO interviews_transcript (org_id, interview_request_id, content, key_answers, drivers, coverage, created_at)
SELECT org_id, n, string_agg(block, E'\\n\\n' ORDER BY turn), '[]', '[]', '[]', now()
FROM placed JOIN interview USING (n) GROUP BY org_id, n;

DROP INDEX {index};

INSERT INTO interviews_indexedanswer (org_id, interview_request_id, completed_at, topic, turn, start, "end",
    configuration, words)
SELECT request.org_id, request.id, completed_at, (ARRAY['pricing', 'vendor', 'process', 'decision'])[1 + turn / 2 %% 4],
    turn, ends - length(answer), ends, 'english', to_tsvector('english', answer)
FROM placed JOIN interviews_interviewrequest AS request ON request.id = n
ORDER BY completed_at, turn DESC;

SET maintenance_work_mem = '256MB';

CREATE INDEX {index} ON interviews_indexedanswer USING gin (words);

INSERT INTO interviews_driver (org_id, interview_request_id, completed_at, topic, title, direction, quote, turn, start,
    "end", is_reason, review, is_counted)
SELECT org_id, interview_request_id, completed_at, (ARRAY['pricing', 'vendor', 'process', 'decision'])[1 + id %% 4],
    'Title', (ARRAY['for', 'against', 'neutral'])[1 + id %% 3],
    'Quote', turn, start, "end", false, '', false
FROM interviews_indexedanswer WHERE turn %% 3 = 0
ORDER BY id
"""


def words_of_texts() -> list[str]:
    """Each as often as in the texts."""
    texts = " ".join(str(json.loads(path.read_text(encoding="utf-8"))) for path in TEXTS)
    return re.findall(r"\b[a-z]{3,}\b", texts)


def halves() -> list[str]:
    words, chosen = words_of_texts(), random.Random(0)
    return [" ".join(chosen.choices(words, k=WORDS_OF_AN_ANSWER // 2)) for _ in range(HALVES)]


def fill(answers: int) -> str:
    """Returns an API key of Acme."""
    from django.core.management import call_command
    from django.db import connection

    from interviews.models.indexed_answer import FULL_TEXT_INDEX
    from interviews.services.create import onboard_org
    from orgs.plans import Plan
    from orgs.services import create_api_key

    call_command("migrate", verbosity=0)
    orgs = [
        onboard_org(name=f"Org {number}", plan=Plan.ENTERPRISE, own_rate_limit=NEVER_REACHED) for number in range(ORGS)
    ]
    numbers = {
        "interviews": answers // ANSWERS_OF_AN_INTERVIEW,
        "others": ORGS - 1,
        "halves": HALVES,
        "answers": ANSWERS_OF_AN_INTERVIEW,
        "index": FULL_TEXT_INDEX,
    }
    with connection.cursor() as cursor:
        for statement in FILL.format(**numbers).split(";\n"):
            cursor.execute(statement, [[*range(HALVES)], halves()] if "%s" in statement else [])
        cursor.execute("VACUUM ANALYZE")
    return create_api_key(org=orgs[0], name="bench")[1]


def queries(answers: int) -> list[tuple[str, dict[str, Any]]]:
    """Common and rare words, alone and together, and words that are common but never adjacent."""
    by_count = Counter(words_of_texts()).most_common()
    common = [word for word, _ in by_count if len(word) > 5]
    first, second, third = common[:3]
    rare = by_count[-1][0]
    reference = f"reference{answers // ANSWERS_OF_AN_INTERVIEW // 2}"
    texts = [
        *(first, common[40], rare, reference, "missing"),
        *(f"{first} {second} {third}", f"{first} {rare}", f"{first} missing"),
        *(f'"{first} {second}"', f'"{first} {second} {third}"', f'"{first} {first} {first} {first}"'),
    ]
    search = "/transcripts/search"
    filters: list[dict[str, Any]] = [
        {"direction": "against"},
        {"topic": "pricing"},
        {"topic": "pricing", "direction": "against"},
        {"completed_before": "2000-01-01T00:00:00Z"},
        {"limit": 100},
    ]
    return [
        *((search, {"q": text}) for text in texts),
        *((search, {"q": text, **options}) for text in (first, rare) for options in filters),
        *(("/findings", options) for options in ({}, *filters, {"outcome": "won"}, {"competitor": "Competitor 3"})),
        ("/findings", {"competitor": "Nobody"}),
    ]


def measure(answers: int) -> None:
    from django.test import Client

    client = Client(SERVER_NAME="localhost", headers={"Authorization": f"Bearer {filled(answers)}"})
    print("| path | query | rows | median ms | longest ms |\n|---|---|---|---|---|")
    for path, query in queries(answers):
        send = partial(client.get, f"/api/v1{path}?{urlencode(query)}")
        response = send()
        assert response.status_code == HTTPStatus.OK, response.content
        times = [1_000 * timed(send) for _ in range(RUNS)]
        count = len(response.json()["data"])
        print(f"| {path} | {query} | {count} | {statistics.median(times):.0f} | {max(times):.0f} |", flush=True)


def filled(answers: int) -> str:
    keys: list[str] = []
    print(f"fill: {timed(lambda: keys.append(fill(answers))):.0f} s", flush=True)
    return keys[0]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.bench.transcripts", description="Measures the search.")
    parser.add_argument("--answers", type=int, default=1_000_000, help="answers that are searched (1000000)")
    options = parser.parse_args()
    interrupt_on_signals()
    try:
        with (
            tempfile.TemporaryDirectory(prefix="hindsight-bench-") as directory,
            database(Path(directory), on_postgres=True) as url,
        ):
            set_up_django(url, "")
            measure(options.answers)
    except ServerError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
