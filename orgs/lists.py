from typing import Any

from rest_framework.request import Request

from hindsight.api.json_bodies import Response
from hindsight.api.pagination import Listing, page_of
from orgs.authentication import key_parameters, principal_of


def page_response(listing: Listing[Any], query: dict[str, Any], request: Request) -> Response:
    principal = principal_of(request)
    rows, next_cursor = page_of(listing, query, org_id=principal.org_id, **key_parameters(principal.digest))
    if not rows:  # no row has verified the key
        principal.verify(request)
    return Response({"next_cursor": next_cursor, "data": [row.body() for row in rows]})
