"""The proxy through which the console asks environments, and the agent servers that answer behind it."""

import asyncio
import contextlib
import ctypes
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.parse

from .settings import HOST, Settings

SIMULATED = "simulated"
SIMULATION = b'{"status":"ready","sandbox":"simulated"}'

APP_VERSION = "1.9.3"
APP_ANSWERS = {
    "/alive": b'{"status":"ok"}',
    "/health": b'"OK"',
    "/ready": b'"OK"',
    "/api/v1/app-conversations/count": b"0",
    "/openapi.json": json.dumps({"info": {"title": "OpenHands", "version": APP_VERSION}, "paths": {}}).encode(),
}
"""What the app server answers, as its status_router.py does; there is no package of it that would run here."""
APP_PAGE = b"<!doctype html><title>OpenHands</title>"

SECONDS_BETWEEN_LOOKS = 1.0
LOOKS_UNTIL_UNHEALTHY = 3
"""Failed checks in a row, as in the target groups that Handrail makes."""

LARGEST_HEAD = 64 * 1024
SECONDS_FOR_A_REQUEST = 30.0
SECONDS_TO_END = 5.0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


PR_SET_PDEATHSIG = 1
"""Linux, prctl(2): the signal a process gets when the thread that started it ends."""


def _die_with_parent() -> None:
    """Runs in the child: no agent server outlives a sandbox that was killed. Elsewhere than on Linux one may."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def is_app(name: str) -> bool:
    """Whether a service is one of the app server, by the name that Handrail gives it."""
    return name.endswith("-openhands")


class Agent:
    """One environment's agent server: a process of its own with its own data."""

    def __init__(self, python: str, folder: pathlib.Path):
        folder.mkdir(parents=True, exist_ok=True)
        self.port = _free_port()
        self.ready = False
        self._failures = 0
        self._looking: asyncio.Task | None = None
        self._next_look = 0.0
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "OH_", "PYTHON", "SESSION_"))
        }
        environment.update(
            HOME=str(folder),
            OH_ENABLE_VSCODE="false",
            OH_ENABLE_BROWSER="false",
            OH_PRELOAD_TOOLS="false",
            OH_TELEMETRY_EXPORTER="none",
            DO_NOT_TRACK="1",
            # Otherwise it fetches a list of model prices at every start.
            LITELLM_LOCAL_MODEL_COST_MAP="True",
        )
        with open(folder / "agent-server.log", "ab") as log:
            self.process = subprocess.Popen(
                [python, "-m", "openhands.agent_server", "--host", HOST, "--port", str(self.port)],
                cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                preexec_fn=_die_with_parent,
            )

    def look(self) -> None:
        """Asks now and then whether it is ready, as a load balancer would, without keeping anybody waiting."""
        if self._looking is None or (self._looking.done() and time.monotonic() >= self._next_look):
            self._next_look = time.monotonic() + SECONDS_BETWEEN_LOOKS
            self._looking = asyncio.get_running_loop().create_task(self._look())

    async def _look(self) -> None:
        status = None
        with contextlib.suppress(OSError, asyncio.TimeoutError):
            status, _, _ = await asyncio.wait_for(exchange(self.port, "GET", "/ready"), timeout=5)
        self._failures = 0 if status == 200 else self._failures + 1
        self.ready = status == 200 or (self.ready and self._failures < LOOKS_UNTIL_UNHEALTHY)

    async def end(self) -> None:
        """Ends the process, gently first."""
        if self._looking is not None:
            self._looking.cancel()
        self.process.terminate()
        try:
            await asyncio.to_thread(self.process.wait, SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            self.process.kill()
            await asyncio.to_thread(self.process.wait)


async def exchange(port: int, method: str, path: str, host: str = HOST) -> tuple[int, list[tuple[str, str]], bytes]:
    """One HTTP request to a server of this machine: status, headers and body."""
    reader, writer = await asyncio.open_connection(HOST, port)
    try:
        writer.write(f"{method} {path} HTTP/1.0\r\nhost: {host}\r\nconnection: close\r\n\r\n".encode())
        await writer.drain()
        head, _, body = (await reader.read(-1)).partition(b"\r\n\r\n")
    finally:
        writer.close()
    first, *lines = head.decode("latin-1").split("\r\n")
    parts = first.split(" ", 2)
    if len(parts) < 2:
        raise ConnectionError("the backend closed the connection")
    headers = [(name.strip().lower(), value.strip()) for name, _, value in (line.partition(":") for line in lines)]
    return int(parts[1]), headers, body


class Backends:
    """What answers for each service: an agent server, or a simulation."""

    def __init__(self, settings: Settings):
        self.settings = settings
        self.agents: dict[str, Agent] = {}
        self.simulated: dict[str, float] = {}
        self._version = self._find_version() if settings.agent_python else None
        self._lock = asyncio.Lock()

    def _find_version(self) -> str | None:
        code = "import importlib.metadata as m; print(m.version('openhands-agent-server'))"
        try:
            answer = subprocess.run(
                [self.settings.agent_python, "-c", code], capture_output=True, text=True, timeout=60, check=True
            )
        except (OSError, subprocess.SubprocessError):
            return None
        return answer.stdout.strip()

    def kind(self) -> str:
        """What stands behind the probe proxy, for the ready line."""
        return f"openhands-agent-server {self._version}" if self._version else SIMULATED

    def answers(self, name: str) -> bool:
        """Whether the health check of this service's targets passes."""
        if name in self.agents:
            return self.agents[name].ready
        return name in self.simulated and time.monotonic() >= self.simulated[name]

    async def keep(self, wanted) -> None:
        """Starts what is missing, and ends what nobody runs any longer."""
        async with self._lock:
            for name in [name for name in self.agents if name not in wanted]:
                await self.agents.pop(name).end()
            for name in [name for name in self.simulated if name not in wanted]:
                del self.simulated[name]
            for name in wanted:
                if name in self.agents and self.agents[name].process.poll() is not None:
                    del self.agents[name]
                if name in self.agents or name in self.simulated:
                    continue
                if self._version and not is_app(name) and len(self.agents) < self.settings.agent_limit:
                    folder = self.settings.agents / re.sub(r"[^A-Za-z0-9-]", "_", name)
                    self.agents[name] = Agent(self.settings.agent_python, folder)
                else:
                    self.simulated[name] = time.monotonic() + self.settings.seconds(3.0)
            for agent in self.agents.values():
                agent.look()

    def told(self) -> dict:
        """For `status`: the port of each agent server, or that it is simulated."""
        return {name: agent.port for name, agent in self.agents.items()} | dict.fromkeys(self.simulated, SIMULATED)

    async def stop(self) -> None:
        """Ends every agent server."""
        async with self._lock:
            agents, self.agents = self.agents, {}
            self.simulated = {}
            await asyncio.gather(*(agent.end() for agent in agents.values()))

    async def ask(self, name: str, method: str, path: str, host: str) -> tuple[int, list[tuple[str, str]], bytes]:
        """Passes a request on to the service's backend."""
        agent = self.agents.get(name)
        if agent is not None:
            return await exchange(agent.port, method, path, host)
        headers = [("content-type", "application/json"), ("x-handrail-sandbox", SIMULATED)]
        if is_app(name):
            answer = APP_ANSWERS.get(path.partition("?")[0])
            # Like the app, which answers with its page whatever it does not know.
            return (200, headers, answer) if answer else (200, [("content-type", "text/html"), headers[1]], APP_PAGE)
        if path.partition("?")[0] in ("/ready", "/health", "/alive", "/server_info"):
            return 200, headers, SIMULATION
        return 404, headers, b'{"detail":"Not Found"}'


class ProbeProxy:
    """An HTTP forward proxy for GET and HEAD; `http://<DNS name of a load balancer>/…` reaches the environment."""

    def __init__(self, settings: Settings, driver, backends: Backends):
        self.settings = settings
        self.driver = driver
        self.backends = backends

    async def __aenter__(self):
        self._server = await asyncio.start_server(self._serve, HOST, self.settings.probe_port, limit=LARGEST_HEAD)
        return self

    async def __aexit__(self, *_problem):
        self._server.close()

    async def _serve(self, reader, writer):
        try:
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), SECONDS_FOR_A_REQUEST)
            status, headers, body = await self._answer(head.decode("latin-1"))
            lines = [f"HTTP/1.1 {status} {'OK' if status < 400 else 'Error'}"]
            dropped = ("connection", "content-length", "transfer-encoding", "keep-alive")
            lines += [f"{name}: {value}" for name, value in headers if name not in dropped]
            lines += [f"content-length: {len(body)}", "connection: close", "", ""]
            writer.write("\r\n".join(lines).encode("latin-1") + (b"" if head.startswith(b"HEAD ") else body))
            await writer.drain()
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, asyncio.TimeoutError, ConnectionError):
            return
        finally:
            writer.close()

    async def _answer(self, head: str) -> tuple[int, list[tuple[str, str]], bytes]:
        method, _, rest = head.split("\r\n", 1)[0].partition(" ")
        target = urllib.parse.urlsplit(rest.rpartition(" ")[0])
        if method not in ("GET", "HEAD"):
            return _problem(405, "the probe proxy passes GET and HEAD only")
        if target.scheme != "http" or not target.hostname:
            return _problem(400, "the probe proxy wants http:// and a load balancer's DNS name")
        known, service = self.driver.route(target.hostname)
        if not known:
            return _problem(502, f"no load balancer has the name {target.hostname}")
        if not self.driver.passes(target.hostname, target.path or "/"):
            return 301, [("location", f"https://{target.hostname}{target.path}")], b""
        if service is None:
            return _problem(503, "no healthy target")
        path = (target.path or "/") + (f"?{target.query}" if target.query else "")
        try:
            return await asyncio.wait_for(
                self.backends.ask(str(service), "GET", path, target.hostname), SECONDS_FOR_A_REQUEST
            )
        except asyncio.TimeoutError:
            return _problem(504, "the environment did not answer in time")
        except OSError as problem:
            return _problem(502, str(problem))


def _problem(status: int, words: str) -> tuple[int, list[tuple[str, str]], bytes]:
    body = json.dumps({"error": words}).encode()
    return status, [("content-type", "application/json"), ("x-handrail-sandbox", "proxy")], body
