"""The MCP server of the official SDK, which no other module imports: requirements/mcp.txt is optional.

`async_to_sync` runs the SDK in an event loop of its own, in another thread. `sync_to_async` runs the tools in the
calling thread, because its database connection is the one that the process may use.
"""

import json
from collections.abc import Mapping
from functools import partial
from hashlib import sha256
from typing import Any

from asgiref.sync import async_to_sync, sync_to_async
from django.db import close_old_connections
from django.http import HttpRequest, HttpResponse
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.types import CallToolResult, ListToolsResult, TextContent, Tool, ToolAnnotations

from hindsight import __version__
from hindsight.mcp.api import Body, Refused, send
from hindsight.mcp.tools import TOOLS, WORDS, call, schema_of

Environ = Mapping[str, Any]


def new_server(environ: Environ) -> Any:
    async def list_tools(context: Any, parameters: Any) -> Any:
        return ListToolsResult(tools=await sync_to_async(tools)())

    async def call_tool(context: Any, parameters: Any) -> Any:
        return await sync_to_async(result_of)(environ, parameters.name, parameters.arguments or {})

    words = {"version": __version__, "instructions": WORDS["instructions"]}
    server = Server("hindsight", **words, on_list_tools=list_tools, on_call_tool=call_tool)
    server.middleware.clear()  # its spans would quote exceptions
    return server


def tools() -> list[Any]:
    def hints(writes: bool) -> Any:
        return ToolAnnotations(read_only_hint=not writes, destructive_hint=writes, open_world_hint=False)

    return [
        Tool(
            name=name,
            description=tool["description"],
            input_schema=schema_of(name),
            annotations=hints("writes" in tool),
        )
        for name, tool in TOOLS.items()
    ]


def result_of(environ: Environ, name: str, arguments: Body) -> Any:
    """The text is JSON between two lines with its hash, which no text in it can contain."""
    close_old_connections()  # over stdio no signal of a request does
    try:
        body = call(partial(send, environ), name, arguments)
    except Refused as refused:
        error = refused.args[0]["error"]
        text = TextContent(text=f"{error['code']}: {error['message']}")
        return CallToolResult(content=[text], structured_content=refused.args[0], is_error=True)
    data, notice = json.dumps(body, ensure_ascii=False), WORDS["notice"]
    fence = f"data-{sha256(data.encode()).hexdigest()[:16]}"
    text = TextContent(text=f"{notice}\n<{fence}>\n{data}\n</{fence}>")
    return CallToolResult(content=[text], structured_content={"notice": notice, **body})


async def _respond(request: HttpRequest, environ: Environ, message: Body) -> HttpResponse:
    names = ((name.lower().encode(), text.encode("latin-1", "replace")) for name, text in request.headers.items())
    scope = {"type": "http", "method": "POST", "path": request.path, "query_string": b"", "headers": [*names]}
    sent: list[Any] = []

    async def receive() -> Body:
        return {"type": "http.request", "body": json.dumps(message).encode()}

    async def keep(part: Any) -> None:
        sent.append(part)

    manager = StreamableHTTPSessionManager(new_server(environ), json_response=True, stateless=True)
    async with manager.run():
        await manager.handle_request(scope, receive, keep)
    started, *parts = sent
    headers = {name.decode(): text.decode() for name, text in started["headers"]}
    return HttpResponse(b"".join(part["body"] for part in parts), status=started["status"], headers=headers)


async def _serve_stdio(environ: Environ) -> None:
    server = new_server(environ)
    async with stdio_server() as streams:
        await server.run(*streams, server.create_initialization_options())


# One message of streamable HTTP without sessions: any process can respond to the next one.
respond = async_to_sync(_respond)
serve_stdio = async_to_sync(_serve_stdio)
