"""The client of the SDK, run in .venv-mcp. Each line of its input is a tool and its arguments; it prints the result.

The argument is the URL of the server, or `stdio`: then it starts `manage.py mcp`. The key is in HINDSIGHT_API_KEY.
"""

import asyncio
import json
import os
import sys
from contextlib import AsyncExitStack
from typing import Any

import httpx2
from mcp import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client


async def main(target: str, mode: str) -> None:
    async with AsyncExitStack() as stack:
        if target == "stdio":
            server = StdioServerParameters(command=sys.executable, args=["manage.py", "mcp"], env=dict(os.environ))
            transport = stdio_client(server)
        else:
            headers = {"Authorization": f"Bearer {os.environ['HINDSIGHT_API_KEY']}"}
            http = await stack.enter_async_context(httpx2.AsyncClient(headers=headers, timeout=60))
            transport = streamable_http_client(target, http_client=http)
        client = await stack.enter_async_context(Client(transport, mode=mode))
        while line := await asyncio.to_thread(sys.stdin.readline):
            name, arguments = json.loads(line)
            print(json.dumps(await result_of(client, name, arguments)), flush=True)


async def result_of(client: Client, name: str, arguments: dict[str, Any]) -> Any:
    if name == "tools/list":
        listed = await client.list_tools()
        return [tool.model_dump(mode="json", by_alias=True) for tool in listed.tools]
    return (await client.call_tool(name, arguments)).model_dump(mode="json", by_alias=True)


asyncio.run(main(*sys.argv[1:]))
