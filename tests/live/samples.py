"""The code in the documents, and what it stores."""

import json
import re
import socket
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from deals.models import Deal
from interviews.models import InterviewRequest
from orgs.models import Org, Scopes
from orgs.services import create_api_key
from tests.factories import ContactFactory, InterviewRequestFactory, InterviewTypeFactory
from tools.harness.processes import eventually

ROOT = Path(__file__).parents[2]


class Sample(NamedTuple):
    """`response`: the JSON that the page shows directly below a curl command, or an empty string."""

    language: str
    code: str
    response: str


def samples_of(page: str) -> Iterator[Sample]:
    text = (ROOT / page).read_text(encoding="utf-8")
    for adjacent in re.findall(r"(?:^```\w+\n.*?^```\n)+", text, re.MULTILINE | re.DOTALL):
        blocks = re.findall(r"^```(\w+)\n(.*?)^```\n", adjacent, re.MULTILINE | re.DOTALL)
        response = dict(blocks).get("json", "")
        for language, code in blocks:
            yield Sample(language, code, response if language == "bash" else "")


def key_for_samples(org: Org) -> str:
    return create_api_key(org=org, name="CRM", scopes=Scopes.ALL)[1]


@contextmanager
def listening(command: Sequence[str | Path], environment: Mapping[str, str], port: int) -> Iterator[None]:
    """A process that serves at the port."""
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        assert eventually(lambda: answers(port))
        yield
    finally:
        process.kill()
        process.wait()


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


GUIDES = ("docs/api.md", "docs/recipes.md", "docs/behaviour.md")


class Guide:
    """The samples of the guides as complete programs, and the rows that they expect and write."""

    def __init__(self, org: Org, notes: str = '{"title": "CTO"}') -> None:
        self.interview_type = InterviewTypeFactory.create(org=org)
        contact = ContactFactory.create(org=org, email="someone@example.com", notes=notes)
        self.request_4821: InterviewRequest = InterviewRequestFactory.create(
            org=org, contact=contact, deal_id="deal_1001"
        )

    def samples(self, language: str) -> list[Sample]:
        """In Python and TypeScript, the sample that defines `call()` is the beginning of all others."""
        codes = [sample for page in GUIDES for sample in samples_of(page) if sample.language == language]
        begins = [sample for sample in codes if re.search(r"^(def|async function) call\(", sample.code, re.MULTILINE)]
        begin = "".join(f"{sample.code}\n\n" for sample in begins)
        return [each._replace(code=self._with_ids(begin + each.code)) for each in codes if each not in begins]

    def sample(self, language: str, text: str) -> Sample:
        """The sample that contains this text."""
        (found,) = (sample for sample in self.samples(language) if text in sample.code)
        return found

    def _with_ids(self, code: str) -> str:
        ids = {"type_1": self.interview_type.public_id, "4821": str(self.request_4821.pk)}
        # A host name would need a name server.
        for documented, here in {**ids, "https://crm.example.com": "http://127.0.0.1:9"}.items():
            code = code.replace(documented, here)
        return code

    def assert_stored(self, *emails: str) -> None:
        """All languages make the same calls. `emails`: the contacts of the other interview requests."""
        interview_requests = InterviewRequest.objects.for_org(self.request_4821.org_id).select_related("contact")
        assert sorted(row.contact.email for row in interview_requests) == sorted({"jane.smyth@example.com", *emails})
        created = interview_requests.get(contact__email="jane.smith@example.com")
        assert (created.contact.name, created.deal_id) == ("Jane Smith", "deal_1001")
        updated = interview_requests.get(pk=self.request_4821.pk)
        assert updated.objective == "Focus on why pricing was a blocker vs. Competitor X"
        notes = json.loads(updated.contact.notes)
        assert (notes["title"], notes["last_call"]) == ("CTO", "Asked for a reference in healthcare")
        deal = Deal.objects.for_org(self.request_4821.org_id).get()
        assert (deal.deal_id, deal.outcome, deal.audited_text("amount")) == ("deal_1001", "lost", "48000.5")

    def assert_line_added(self, notes: str) -> None:
        self.request_4821.contact.refresh_from_db()
        assert self.request_4821.contact.notes == f"{notes}\nlast_call: Asked for a reference in healthcare"
