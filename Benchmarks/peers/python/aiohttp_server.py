"""A server on aiohttp.web, as its documentation shows one."""

from __future__ import annotations

import asyncio

from serving import BACKLOG, Plan, listening, until_input_ends

from aiohttp import web


async def main() -> None:
    plan = Plan.read()

    async def answer(request: web.Request) -> web.Response:
        try:
            delay, body = plan.answer(request.query_string, request.remote or "")
        except (ValueError, KeyError) as error:
            raise web.HTTPBadRequest from error
        if delay:
            await asyncio.sleep(delay)
        return web.Response(body=body, content_type="text/plain")

    application = web.Application()
    application.router.add_get("/", answer)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    endpoint = plan.endpoint
    if endpoint.path:
        site: web.BaseSite = web.UnixSite(runner, endpoint.path, backlog=BACKLOG)
    else:
        site = web.TCPSite(runner, endpoint.host, endpoint.port, backlog=BACKLOG)
    await site.start()
    port = 0 if endpoint.path else runner.addresses[0][1]
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    until_input_ends(lambda: loop.call_soon_threadsafe(ended.set))
    listening(endpoint, port)
    await ended.wait()
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(main())
