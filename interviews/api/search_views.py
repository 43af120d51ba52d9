from typing import Annotated, Any, NamedTuple

from drf_spectacular.utils import OpenApiResponse
from rest_framework.request import Request

from hindsight.api.json_bodies import Response, body_of
from hindsight.api.operations import operation
from hindsight.api.pagination import Cursors, Listing
from hindsight.api.views import ApiView
from hindsight.db.statements import TimeText, select_list
from hindsight.text.visible import position_in, visible
from interviews.api import search_bodies
from interviews.api.reads import Json, parsed
from interviews.api.search_bodies import FindingQuery, TranscriptSearchQuery
from interviews.models import Driver, IndexedAnswer, Transcript
from interviews.services.transcript_search import Hit, Last, Search, search_transcripts
from orgs.authentication import KEY_IS_VALID, page_response, principal_of

Body = dict[str, Any]


class HitRow:
    def __init__(self, hit: Hit) -> None:
        answer = hit.answer
        self.interview_request_id = answer.interview_request_id
        self.document_id = answer.interview_request.transcript.public_id
        self.deal_id, self.topic = answer.interview_request.deal_id, answer.topic
        self.completed_at = answer.completed_at
        self.turn, self.start, self.end, self.excerpt = answer.turn, hit.start, hit.end, hit.excerpt
        self.matches = [body_of(search_bodies.MatchSerializer, match) for match in hit.matches]


class FindingColumns(NamedTuple):
    id: int
    interview_request_id: int
    transcript_id: Annotated[int, "transcript.id"]
    content: Annotated[str, "transcript."]
    deal_id: Annotated[str, "request."]
    outcome: Annotated[str | None, "deal."]
    competitor: Annotated[str | None, "deal."]
    completed_at: TimeText
    topic: str
    title: str
    direction: str
    quote: str
    turn: int
    start: int
    end: Annotated[int, 'finding."end"']
    is_reason: bool
    is_decisive: bool
    about: str
    about_name: str
    source: str
    tags: Json
    review: str


FINDING = f"""
SELECT {select_list(FindingColumns, "finding")}
FROM interviews_driver AS finding
JOIN interviews_interviewrequest AS request ON request.id = finding.interview_request_id
JOIN interviews_transcript AS transcript ON transcript.interview_request_id = finding.interview_request_id
LEFT JOIN deals_deal AS deal ON deal.org_id = request.org_id AND deal.deal_id = request.deal_id
WHERE finding.org_id = %(org_id)s AND finding.review <> 'rejected' AND {KEY_IS_VALID}"""  # noqa: S608


class FindingRow:
    def __init__(self, columns: tuple[Any, ...]) -> None:
        stored = FindingColumns._make(columns)
        shown_at = position_in(stored.content)
        vars(self).update(stored._asdict())
        self.pk, self.id = stored.id, f"{Driver.ID_PREFIX}{stored.id}"
        self.document_id = f"{Transcript.ID_PREFIX}{stored.transcript_id}"
        self.quote, self.tags = visible(stored.quote), parsed(stored.tags)
        self.start, self.end = shown_at(stored.start), shown_at(stored.end)

    def body(self) -> Body:
        return body_of(search_bodies.Finding, self)


FINDINGS = Listing(
    model=Driver,
    alias="finding",
    row=FindingRow,
    select=FINDING,
    conditions={
        "completed_after": "finding.completed_at > %(completed_after)s",
        "completed_before": "finding.completed_at < %(completed_before)s",
        "topic": "finding.topic = %(topic)s",
        "direction": "finding.direction = %(direction)s",
        "outcome": "deal.outcome = %(outcome)s",
        "competitor": "deal.competitor = %(competitor)s",
    },
    newest="completed_at",
    is_prepared=False,  # decision 60
)


SEARCH_DESCRIPTION = """Returns a page of answers of completed interviews that have all of the words and phrases, newest
interview first.

Words match in all their forms: `price` finds "prices". Paige's questions are not searched.

A page can have fewer answers than `limit`, even none, although there are more: go on until `next_cursor` is null."""

FINDINGS_DESCRIPTION = """Returns a page of drivers, newest interview first: what spoke for your company or against it,
in the contacts' words, with place, interview and deal.

Those that a person has rejected are left out. Several can come from one interview."""

SEARCH, LIST = TranscriptSearchQuery(), FindingQuery()


class TranscriptSearchView(ApiView):
    @operation(
        operation_id="search_transcripts",
        summary="Search in transcripts",
        description=SEARCH_DESCRIPTION,
        parameters=[TranscriptSearchQuery],
        responses={200: OpenApiResponse(search_bodies.TranscriptHitPage, description="A page")},
        response_example=search_bodies.HITS,
    )
    def get(self, request: Request) -> Response:
        query = SEARCH.run_validation(request.query_params)
        org_id = principal_of(request).org_id
        cursors = Cursors("transcripts", query, org_id)
        text, options = cursors.filters["q"], {name: value for name, value in cursors.filters.items() if name != "q"}
        rows, last = IndexedAnswer.objects.for_org(org_id), cursors.last
        hits, more = search_transcripts(
            rows, Search(text, **options), limit=query["limit"], last=Last._make(last) if last else None
        )
        next_cursor = cursors.after([more.completed_at.isoformat(), more.id]) if more else None
        data = [body_of(search_bodies.TranscriptHit, HitRow(hit)) for hit in hits]
        return Response({"next_cursor": next_cursor, "data": data})


class FindingsView(ApiView):
    verifying_methods = ("GET", "HEAD")

    @operation(
        operation_id="list_findings",
        summary="List findings",
        description=FINDINGS_DESCRIPTION,
        parameters=[FindingQuery],
        responses={200: OpenApiResponse(search_bodies.FindingPage, description="A page")},
        response_example=search_bodies.FINDINGS,
    )
    def get(self, request: Request) -> Response:
        query = LIST.run_validation(request.query_params)
        return page_response(FINDINGS, query, request)
