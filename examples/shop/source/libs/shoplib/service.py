"""A service: its routes, its background workers, and the telemetry around every request."""

import asyncio
import re
from collections.abc import Awaitable, Callable

from shoplib.cache import Cache
from shoplib.client import Client
from shoplib.errors import BadRequest, Problem, Unavailable
from shoplib.flags import Flags
from shoplib.messages import Request, Response
from shoplib.pool import Pool

Handler = Callable[[Request], Awaitable[object]]
Chore = Callable[[], Awaitable[None]]


class Route:
    def __init__(self, method: str, path: str, handler: Handler) -> None:
        self.method = method
        self.path = path
        self.handler = handler
        self.pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path) + r"\Z")


class Service:
    def __init__(self, name: str) -> None:
        self.name = name
        self.routes: list[Route] = []
        self.starters: list[Callable[[], None]] = []
        self.chores: list[tuple[float, Chore]] = []
        self.tasks: set[asyncio.Task] = set()

    def route(self, method: str, path: str) -> Callable[[Handler], Handler]:
        def register(handler: Handler) -> Handler:
            self.routes.append(Route(method, path, handler))
            return handler

        return register

    def on_start(self, function: Callable[[], None]) -> Callable[[], None]:
        self.starters.append(function)
        return function

    def every(self, seconds: float) -> Callable[[Chore], Chore]:
        """Runs a function again and again beside the requests, whatever becomes of it."""

        def register(chore: Chore) -> Chore:
            self.chores.append((seconds, chore))
            return chore

        return register

    async def start(self, runtime, config: dict) -> None:
        self.runtime = runtime
        self.config = config
        self.telemetry = runtime.telemetry
        self.now = runtime.now
        self.client = Client(runtime, config)
        self.db = Pool(runtime, **config["database"]) if "database" in config else None
        self.cache = Cache(runtime, **config["cache"]) if "cache" in config else None
        self.flags = Flags(runtime, self.name)
        self.slots = asyncio.Semaphore(config["service"]["slots"])
        self.active = 0
        self.telemetry.gauge("http.server.active_requests", lambda: self.active, "{request}")
        self.telemetry.gauge("python.asyncio.tasks", lambda: len(self.tasks), "{task}")
        for starter in self.starters:
            starter()
        for seconds, chore in self.chores:
            self.spawn(self._repeat(seconds, chore))
        self.log("INFO", f"{self.name} started")

    def spawn(self, work: Awaitable[None]) -> asyncio.Task:
        task = asyncio.ensure_future(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return task

    async def _repeat(self, seconds: float, chore: Chore) -> None:
        while True:
            await asyncio.sleep(seconds)
            try:
                await chore()
            except Exception as error:  # noqa: BLE001
                self.telemetry.count("chore.failures", 1, "{failure}", {"chore": chore.__name__})
                self.log("ERROR", f"{chore.__name__} failed", error)

    async def stop(self) -> None:
        for task in list(self.tasks):
            task.cancel()

    def log(self, level: str, message: str, error: BaseException | None = None, **fields) -> None:
        self.telemetry.log(level, message, fields, error)

    async def handle(self, request: Request) -> Response:
        route = self._match(request)
        if route is None:
            return Response(404, {"error": "no such page"})
        attributes = {"http.request.method": request.method, "http.route": route.path}
        started = self.now()
        self.active += 1
        with self.telemetry.span(
            f"{request.method} {route.path}", "server", attributes, request.headers
        ) as span:
            response = await self._answer(route, request)
            self.active -= 1
            span.set("http.response.status_code", response.status)
            if response.status >= 500:
                span.fail(str(response.body["error"]))
        attributes["http.response.status_code"] = response.status
        elapsed = self.now() - started
        self.telemetry.record("http.server.request.duration", elapsed, "s", attributes)
        return response

    def _match(self, request: Request) -> Route | None:
        for route in self.routes:
            if route.method == request.method and (found := route.pattern.match(request.path)):
                request.parameters = found.groupdict()
                return route
        return None

    async def _answer(self, route: Route, request: Request) -> Response:
        try:
            async with self._slot():
                return Response(200, await route.handler(request))
        except Problem as problem:
            if problem.status >= 500:
                self.log("ERROR", f"{request.method} {route.path} failed: {problem}")
            return Response(problem.status, {"error": f"{type(problem).__name__}: {problem}"})
        except Exception as error:  # noqa: BLE001
            self.log("ERROR", f"{request.method} {route.path} crashed", error)
            return Response(500, {"error": f"{type(error).__name__}: {error}"})

    def _slot(self) -> "Slot":
        return Slot(self.slots, self.config["service"]["queue_timeout_s"])


class Slot:
    """One of the requests that a service works on at a time; the others wait their turn."""

    def __init__(self, slots: asyncio.Semaphore, timeout_s: float) -> None:
        self.slots = slots
        self.timeout_s = timeout_s

    async def __aenter__(self) -> None:
        if not self.slots.locked():
            await self.slots.acquire()
            return
        try:
            async with asyncio.timeout(self.timeout_s):
                await self.slots.acquire()
        except TimeoutError:
            raise Unavailable(f"no request slot became free within {self.timeout_s} s") from None

    async def __aexit__(self, *_: object) -> None:
        self.slots.release()


def required(body: dict, *names: str) -> list:
    """The named fields of a request body, in order. Raises BadRequest when one is missing."""
    missing = [name for name in names if name not in body]
    if missing:
        raise BadRequest(f"missing fields: {', '.join(missing)}")
    return [body[name] for name in names]
