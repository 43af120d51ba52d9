import json
import random
import re
from collections import deque
from collections.abc import Iterable, Mapping
from urllib.parse import urlencode

from tools.bench.client import Operation

INTERVIEWS = "/api/v1/interviews"
ANSWER = "The migration. We could not afford a week without reports."
NUMBER = re.compile(rb'name="number" value="(\d+)"')


class Requests:
    """To random interview requests of one org. `etags`: of some of them, each of another contact. `page`: of a list."""

    def __init__(
        self, key: str, first_id: int, last_id: int, etags: Mapping[int, str], interview_type: str = "", page: int = 100
    ) -> None:
        self.key, self.interview_type, self.page = key, interview_type, page
        self.ids = (first_id, last_id)
        self.first_etags = [*etags.items()]
        self.etags = deque(etags.items())
        self.random = random.Random(1)

    def operations(self) -> dict[str, Operation]:
        """In an order in which none refuses another: the PATCH without If-Match changes versions."""
        return {
            "GET": Operation(self.get),
            "GET, not modified": Operation(self.get_not_modified, (304,)),
            f"list of {self.page}": Operation(self.list),
            "PATCH with If-Match": Operation(self.patch_if_match),
            "PATCH": Operation(self.patch),
            "POST": Operation(self.post, (201,)),
        }

    def get(self, previous: bytes) -> bytes:
        return self.message("GET", self.path())

    def get_not_modified(self, previous: bytes) -> bytes:
        request_id, etag = self.random.choice(self.first_etags)
        return self.message("GET", self.path(request_id), headers=f"If-None-Match: {etag}\r\n")

    def list(self, previous: bytes) -> bytes:
        return self.message("GET", f"{INTERVIEWS}?limit={self.page}")

    def patch(self, previous: bytes) -> bytes:
        return self.message("PATCH", self.path(), self.changes())

    def patch_if_match(self, previous: bytes) -> bytes:
        """Sends the ETag of the last PATCH of the same interview request. The id is in no other request meanwhile."""
        head, _, body = previous.partition(b"\r\n\r\n")
        if found := re.search(rb"(?mi)^etag: ([^\r]*)", head):  # not in the response to a request that was refused
            self.etags.append((json.loads(body)["interview_request_id"], found[1].decode()))
        request_id, etag = self.etags.popleft()
        return self.message("PATCH", self.path(request_id), self.changes(), f"If-Match: {etag}\r\n")

    def post(self, previous: bytes) -> bytes:
        number = self.random.randrange(10**12)
        body = {
            "interview_type_id": self.interview_type,
            "contact_email": f"new{number}@example.com",
            "contact_context": {"title": "CTO", "evaluation_notes": f"Completed a 30-day POC; {number}"},
            "objective": f"Understand why pricing was the blocker; {number}",
        }
        return self.message("POST", INTERVIEWS, json.dumps(body).encode())

    def changes(self) -> bytes:
        """40% replace the notes, 30% the objective, 30% everything."""
        number = self.random.randrange(10**6)
        context = {"title": "CTO", "evaluation_notes": f"Completed a 30-day POC, main concern is pricing; {number}"}
        objective = f"Understand why pricing was the blocker; {number}"
        kind = self.random.random()
        body: dict[str, object]
        if kind < 0.4:
            body = {"contact_context": context}
        elif kind < 0.7:
            body = {"objective": objective}
        else:
            body = {"contact_context": context, "contact_name": f"Jane Smith {number}", "objective": objective}
        return json.dumps(body).encode()

    def path(self, request_id: int | None = None) -> str:
        return f"{INTERVIEWS}/{self.random.randint(*self.ids) if request_id is None else request_id}"

    def message(self, method: str, path: str, body: bytes = b"", headers: str = "") -> bytes:
        authorization = f"Authorization: Bearer {self.key}\r\nContent-Type: application/json\r\n"
        return message(method, path, body, authorization + headers)


class Survey:
    """A form is sent, then the page of the redirect is read, with the next question."""

    def __init__(self, tokens: Iterable[str]) -> None:
        self.tokens = deque(tokens)

    def operation(self) -> Operation:
        return Operation(self.step, (200, 303))

    def step(self, previous: bytes) -> bytes:
        """Raises IndexError after the last interview."""
        head, _, page = previous.partition(b"\r\n\r\n")
        if location := re.search(rb"(?mi)^location: ([^\r]*)", head):
            return message("GET", location[1].decode())
        token, number = re.search(rb'name="token" value="([\w-]+)"', page), NUMBER.search(page)
        if token and number:
            return form(token=token[1].decode(), step="answer", number=number[1].decode(), text=ANSWER)
        return form(token=self.tokens.popleft(), step="consent")


def form(**fields: str) -> bytes:
    content_type = "Content-Type: application/x-www-form-urlencoded\r\n"
    return message("POST", "/survey", urlencode(fields).encode(), content_type)


def message(method: str, path: str, body: bytes = b"", headers: str = "") -> bytes:
    head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers}Content-Length: {len(body)}\r\n\r\n"
    return head.encode() + body
