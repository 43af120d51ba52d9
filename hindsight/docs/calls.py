import json
from functools import cache
from typing import Any, NamedTuple

from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

from hindsight.api.schema import description

PREFIX = "/api/v1"


class Parameter(NamedTuple):
    """`place`: path, query or header. `example`: a value, or empty."""

    name: str
    place: str
    required: bool
    choices: list[str]
    example: str
    description: str


class Call(NamedTuple):
    """`path`: without PREFIX. `body`: JSON text, or empty. `response`: JSON text."""

    id: str
    title: str
    description: str
    method: str
    path: str
    parameters: list[Parameter]
    body: str
    status: int
    response: str

    @property
    def description_html(self) -> SafeString:
        html: str = MarkdownIt("commonmark", {"html": False}).render(self.description)
        return mark_safe(html)  # noqa: S308 - HTML in the description is escaped

    def parameters_in(self, *places: str) -> list[Parameter]:
        return [parameter for parameter in self.parameters if parameter.place in places]

    @property
    def url_parameters(self) -> list[Parameter]:
        return self.parameters_in("path", "query")

    @property
    def headers(self) -> list[Parameter]:
        return self.parameters_in("header")


@cache
def calls() -> list[Call]:
    return [
        _call(method.upper(), path.removeprefix(PREFIX), operation)
        for path, operations in description()["paths"].items()
        for method, operation in operations.items()
    ]


def _call(method: str, path: str, operation: dict[str, Any]) -> Call:
    status = min(operation["responses"])
    return Call(
        id=operation["operationId"],
        title=operation["summary"],
        description=operation["description"],
        method=method,
        path=path,
        parameters=[_parameter(parameter) for parameter in operation["parameters"]],
        body=_example(operation["requestBody"]) if "requestBody" in operation else "",
        status=int(status),
        response=_example(operation["responses"][status]),
    )


def _parameter(parameter: dict[str, Any]) -> Parameter:
    return Parameter(
        name=parameter["name"],
        place=parameter["in"],
        required=parameter.get("required", False),
        choices=parameter["schema"].get("enum", []),
        example=parameter["schema"].get("examples", [""])[0],
        description=parameter.get("description", ""),
    )


def _example(content: dict[str, Any]) -> str:
    (example,) = content["content"]["application/json"]["examples"].values()
    return json.dumps(example["value"], ensure_ascii=False, indent=2)
