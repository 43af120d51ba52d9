"""PATCH /interviews: many updates in one request, each with its own result."""

from collections.abc import Iterator, Sequence
from typing import Any, TypeGuard, cast

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from hindsight.api.errors import BadRequest, NotFound, ServiceUnavailable
from hindsight.api.handlers import to_api_error
from hindsight.api.json_bodies import StrictSerializer, TextField
from hindsight.api.operations import ApiErrorBodySerializer
from hindsight.api.preconditions import IF_MATCH_SCHEMA
from hindsight.api.throttling import refuse_overwrite
from hindsight.db.ids import LARGEST_ID
from hindsight.limits.day_counts import budget_of
from interviews.api.bodies import INTERVIEW_REQUEST_ID, InterviewRequestIdField
from interviews.api.etags import etag_of, versions_of
from interviews.api.requests import NO_SUCH_REQUEST, UpdateInterviewRequest
from interviews.models import InterviewRequest, Versions
from interviews.services.update import update_interview_request
from orgs.authentication import Principal

MAX_UPDATES = 100

Refusal = serializers.ValidationError | BadRequest


def is_request_id(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= LARGEST_ID


@extend_schema_field(INTERVIEW_REQUEST_ID)
class RequestIdField(serializers.Field[int, Any, int, Any]):
    default_error_messages = dict.fromkeys(("invalid", "null"), "Send the interview_request_id, a whole number.")

    def to_internal_value(self, data: object) -> int:
        if not is_request_id(data):
            self.fail("invalid")
        return data


class Updates(serializers.ListSerializer[Any]):
    """Validates each update on its own: the value of one that is not valid is its error."""

    def to_internal_value(self, data: object) -> list[Any]:
        if not isinstance(data, list) or not 1 <= len(data) <= MAX_UPDATES:
            raise serializers.ValidationError([f"Send a list of 1 to {MAX_UPDATES} updates."])
        return [(self._id_in(update), self._validated(update)) for update in data]

    def _validated(self, update: Any) -> dict[str, Any] | Refusal:
        if not isinstance(update, dict):
            return BadRequest("Send each update as an object.")
        child = cast(UpdateOfMany, self.child)
        try:
            return dict(child.run_validation(update))
        except (serializers.ValidationError, BadRequest) as error:
            return error

    def _id_in(self, update: Any) -> int | None:
        """For the result, also of an update that is not valid."""
        id = update.get("interview_request_id") if isinstance(update, dict) else None
        return id if is_request_id(id) else None


class UpdateOfMany(UpdateInterviewRequest):
    interview_request_id = RequestIdField(help_text="Which interview request to update.")
    if_match = TextField(
        clean=str, required=False, schema=IF_MATCH_SCHEMA, help_text="As the header If-Match, with quotation marks."
    )
    needs_a_value = True

    class Meta:
        list_serializer_class = Updates

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        names = ("interview_request_id", "if_match")
        of_row: dict[str, Any] = {name: attrs.pop(name) for name in names if name in attrs}
        return {**of_row, **super().validate(attrs)}


class UpdateInterviewRequests(StrictSerializer):
    data = UpdateOfMany(  # type: ignore[assignment, call-arg]  # REST framework has a property `data`; `many` makes a list
        many=True, max_length=MAX_UPDATES, help_text="The updates, which are made in this order."
    )


class UpdateResult(serializers.Serializer[Any]):
    interview_request_id = InterviewRequestIdField(allow_null=True, help_text="null if the update has no valid id.")
    status_code = serializers.IntegerField(help_text="As a PATCH of this interview request alone would have.")
    etag = serializers.CharField(required=False, help_text="The new ETag, if status_code is 200.")
    error = ApiErrorBodySerializer(required=False, help_text="Why nothing was updated, if status_code is not 200.")


class UpdateResults(serializers.Serializer[Any]):
    data = UpdateResult(many=True, help_text="In the order of the updates.")  # type: ignore[assignment]


def update(principal: Principal, id: int, if_match: str | None, digest: str | None = None, **texts: Any) -> Versions:
    """Raises RateLimitExceeded, BadRequest, NotFound and StaleVersionError."""
    if (budget := budget_of(principal.rate_limit_key)).exceeded:
        refuse_overwrite(budget)
    try:
        return update_interview_request(
            org_id=principal.org_id,
            interview_request_id=id,
            actor=principal.actor,
            if_versions=versions_of(if_match),
            digest=digest,
            **texts,
        )
    except InterviewRequest.DoesNotExist:
        raise NotFound(NO_SUCH_REQUEST) from None


def update_many(principal: Principal, updates: Sequence[tuple[int | None, Any]]) -> Iterator[dict[str, Any]]:
    """Yields the result of each, which has its own transaction. Once the database is unavailable, it tries no more:
    each try could wait for it.
    """
    unavailable: ServiceUnavailable | None = None
    for id, texts in updates:
        try:
            if unavailable or isinstance(texts, Exception):
                raise unavailable or texts
            versions = update(principal, texts.pop("interview_request_id"), texts.pop("if_match", None), **texts)
            yield {"interview_request_id": id, "status_code": 200, "etag": etag_of(versions)}
        except Exception as exception:
            error = to_api_error(exception)
            unavailable = error if isinstance(error, ServiceUnavailable) else None
            yield {"interview_request_id": id, "status_code": error.status_code, **error.envelope()}
