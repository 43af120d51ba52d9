"""Requests of all kinds to a server of any version, over HTTP only: the test process knows only the newest schema."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import requests

from tests.staff.conftest import Fields
from tools.harness.processes import eventually

ADMIN_LISTS = ["", "orgs/org/", "contacts/contact/", "interviews/interviewrequest/", "interviews/interviewtype/"]


class Traffic:
    """One round has each kind of request. `statuses` has all responses: the request and its status."""

    def __init__(self, port: int, api_key: str, password: str) -> None:
        self.base = f"http://127.0.0.1:{port}"
        self.api = requests.Session()
        self.api.headers["Authorization"] = f"Bearer {api_key}"
        self.staff = requests.Session()
        self.password = password
        self.statuses: list[tuple[str, int]] = []
        self.parts = [self.use_api, self.take_survey, self.use_admin]
        self.rounds = 0
        self.failures: list[Exception] = []

    @property
    def errors(self) -> list[tuple[str, int]]:
        return [(name, status) for name, status in self.statuses if status >= 400]

    def log_in(self) -> None:
        page = self.send(self.staff, "GET", "/admin/login/")
        data = {**Fields(page).data, "username": "admin", "password": self.password}
        assert self.send(self.staff, "POST", "/admin/login/", data=data).url == f"{self.base}/admin/"

    def round(self) -> None:
        for part in self.parts:
            part()
        self.rounds += 1

    def use_api(self) -> None:
        types = self.send(self.api, "GET", "/api/v1/interview-types").json()["data"]
        created = {"interview_type_id": types[0]["id"], "contact_email": f"{uuid4().hex}@example.com"}
        headers = {"Idempotency-Key": uuid4().hex}
        response = self.send(self.api, "POST", "/api/v1/interviews", json=created, headers=headers).json()
        self.path = f"/api/v1/interviews/{response['interview_request_id']}"
        texts = {"objective": uuid4().hex, "contact_context": uuid4().hex, "contact_name": "Alice"}
        self.send(self.api, "PATCH", self.path, json=texts)
        self.interview = self.send(self.api, "GET", self.path).json()
        assert self.interview["objective"] == texts["objective"]
        self.send(self.api, "GET", "/api/v1/interviews", params={"limit": 5})
        self.send(self.api, "GET", "/api/v1/interviews", params={"updated_after": "2026-01-01T00:00:00Z"})

    def take_survey(self) -> None:
        """To the end, so that webhooks are sent."""
        token = self.interview["survey_url"].partition("token=")[2]
        self.send(requests, "GET", "/survey", params={"token": token})
        for fields in ({"step": "consent"}, {"step": "finish", "number": 1, "text": "It was slow."}, {"step": "send"}):
            data = {"token": token, **fields, "answer-1": "It was slow."}
            self.send(requests, "POST", "/survey", data=data, headers={"Origin": "null"})
        completed = self.send(self.api, "GET", self.path).json()
        assert "It was slow." in completed["transcript"]["content"]

    def use_admin(self) -> None:
        for page in ADMIN_LISTS:
            self.send(self.staff, "GET", f"/admin/{page}")
        number = re.findall(r"\d+", self.path)[-1]
        change = f"/admin/interviews/interviewrequest/{number}/change/"
        self.send(self.staff, "GET", change)
        # Its own: the newest of the list may be one that another client is changing.
        contact = f"/admin/contacts/contact/{self.interview['contact_id'].removeprefix('contact_')}/change/"
        [form, *_] = self.send(self.staff, "GET", contact).text.partition('id="contact_form"')[2].split("</form>")
        data = {**Fields(SimpleNamespace(content=form.encode())).data, "notes": uuid4().hex}
        saved = self.send(self.staff, "POST", contact, data=data)
        assert saved.history, "a form with errors is not redirected"

    def send(self, session: Any, method: str, path: str, **options: Any) -> requests.Response:
        """Repeats once after 502, as docs/operations.md tells clients: the server was closing the idle connection."""
        for _ in range(2):
            response: requests.Response = session.request(method, f"{self.base}{path}", timeout=20, **options)
            if response.status_code != 502:
                break
        self.statuses.append((f"{method} {path}", response.status_code))
        return response

    @contextmanager
    def going_on(self) -> Iterator[None]:
        """Rounds follow one another in a thread, until the context ends."""
        stop = Event()

        def run() -> None:
            try:
                while not stop.is_set():
                    self.round()
            except Exception as error:
                self.failures.append(error)

        thread = Thread(target=run)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()
        assert not self.failures, self.errors

    def wait_for_rounds(self, count: int) -> None:
        end = self.rounds + count
        assert eventually(lambda: bool(self.failures) or self.rounds >= end, seconds=60)
        assert not self.failures, (self.failures[0].args, self.errors)
