from drf_spectacular.utils import OpenApiResponse
from rest_framework.request import Request

from hindsight.api.operations import operation
from hindsight.api.responses import Response
from hindsight.api.views import ApiView
from interviews.api import search_bodies, search_examples
from interviews.api.search_queries import FindingQuery, TranscriptSearchQuery
from interviews.api.search_reads import FINDINGS, search_page
from orgs.authentication import principal_of
from orgs.lists import page_response

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
        response_example=search_examples.HITS,
    )
    def get(self, request: Request) -> Response:
        query = SEARCH.run_validation(request.query_params)
        return Response(search_page(query, org_id=principal_of(request).org_id))


class FindingsView(ApiView):
    verifying_methods = ("GET", "HEAD")

    @operation(
        operation_id="list_findings",
        summary="List findings",
        description=FINDINGS_DESCRIPTION,
        parameters=[FindingQuery],
        responses={200: OpenApiResponse(search_bodies.FindingPage, description="A page")},
        response_example=search_examples.FINDINGS,
    )
    def get(self, request: Request) -> Response:
        query = LIST.run_validation(request.query_params)
        return page_response(FINDINGS, query, request)
