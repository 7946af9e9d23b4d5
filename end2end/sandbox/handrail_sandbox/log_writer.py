"""Writes the lines that an OpenHands would write, through CloudWatch Logs' API. They are played: no container runs."""

import datetime
import json
import secrets
import time
from collections.abc import Callable

from ministack.core.responses import request_scope
from ministack.services import ecs

SECONDS_BETWEEN_LINES = 3.0
#: However fast the sandbox plays, a log must stay readable.
SHORTEST_SECONDS_BETWEEN_LINES = 1.0

PATHS = ("/ready", "/ready", "/ready", "/api/conversations", "/api/conversations/search?limit=20", "/api/settings", "/api/tools")
TOOLS = ("execute_bash", "str_replace_editor", "browser_navigate", "task_tracker", "finish")
TRACEBACK = """Traceback (most recent call last):
  File "/app/.venv/lib/python3.12/site-packages/openhands/agent_server/event_service.py", line 214, in _run
    await asyncio.to_thread(self._conversation.run)
  File "/app/.venv/lib/python3.12/site-packages/openhands/sdk/llm/llm.py", line 388, in completion
    raise self._map_exception(error) from error
openhands.sdk.llm.exceptions.LLMServiceUnavailableError: the model's API answered 529 (overloaded)"""


def _address() -> str:
    return f"10.{64 + secrets.randbelow(4)}.{secrets.randbelow(4)}.{10 + secrets.randbelow(200)}:{32768 + secrets.randbelow(28000)}"


def _plain(level: str, logger: str, text: str) -> str:
    now = datetime.datetime.now(datetime.timezone.utc)
    return f"{now:%Y-%m-%d %H:%M:%S},{now.microsecond // 1000:03d} - openhands.{logger} - {level} - {text}"


def _json(level: str, logger: str, text: str, **fields) -> str:
    now = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds")
    return json.dumps({"timestamp": now, "level": level, "logger": f"openhands.{logger}", "message": text, **fields})


def beginning() -> list[str]:
    """What the server says while it starts."""
    return [
        _plain("INFO", "agent_server", "Starting OpenHands agent server"),
        "INFO:     Started server process [7]",
        "INFO:     Waiting for application startup.",
        _json("INFO", "agent_server.conversation_service", "Conversations loaded from /workspace/conversations", count=0),
        _plain("WARNING", "agent_server.config", "OH_SESSION_API_KEYS_0 is not set; the load balancer is trusted"),
        "INFO:     Application startup complete.",
        "INFO:     Uvicorn running on http://0.0.0.0:8000 (Press CTRL+C to quit)",
    ]


def later() -> list[str]:
    """What it says while it runs: mostly requests, now and then a warning, an error or a traceback."""
    conversation, dice = secrets.token_hex(4), secrets.randbelow(100)
    if dice < 50:
        return [f'INFO:     {_address()} - "GET {PATHS[secrets.randbelow(len(PATHS))]} HTTP/1.1" 200 OK']
    if dice < 70:
        tool = TOOLS[secrets.randbelow(len(TOOLS))]
        took = 80 + secrets.randbelow(9000)
        return [_json("INFO", "sdk.agent", f"Tool {tool} finished", conversation=conversation, tool=tool, duration_ms=took)]
    if dice < 82:
        return [_plain("DEBUG", "sdk.context.condenser", f"{conversation}: {secrets.randbelow(120)} events, nothing to condense")]
    if dice < 92:
        wait = 1 + secrets.randbelow(30)
        return [_plain("WARNING", "sdk.llm", f"{conversation}: rate limit of the model's API, trying again in {wait} s")]
    if dice < 97:
        return [_json("ERROR", "sdk.tool.terminal", "Command timed out", conversation=conversation, command="npm test", timeout_s=120)]
    return [_plain("ERROR", "agent_server.event_service", f"{conversation}: run failed"), *TRACEBACK.splitlines()]


class LogWriter:
    """Writes for every container whose task runs and whose log goes to CloudWatch."""

    def __init__(self, seconds: Callable[[float], float], call: Callable):
        self._wait = max(seconds(SECONDS_BETWEEN_LINES), SHORTEST_SECONDS_BETWEEN_LINES)
        self._call = call
        self._due = time.monotonic()

    def is_due(self) -> bool:
        """Whether the next lines are to be written; says so once."""
        due = time.monotonic() >= self._due
        if due:
            self._due = time.monotonic() + self._wait
        return due

    def begin(self, service, task: str, definition: str) -> None:
        """Writes the first lines of a task that has just started."""
        for container, group, stream in self._streams(service, task, definition):
            self._send(service, "CreateLogStream", {"logGroupName": group, "logStreamName": stream})
            lines = beginning() if self._serves(container) else []
            self._put(service, group, stream, [f"{container['name']}: started by the sandbox", *lines])

    def go_on(self, service, task: str, definition: str) -> None:
        """Writes what a running task has to say now."""
        for container, group, stream in self._streams(service, task, definition):
            if self._serves(container):
                self._put(service, group, stream, later())

    @staticmethod
    def _serves(container: dict) -> bool:
        return bool(container.get("portMappings"))

    @staticmethod
    def _streams(service, task: str, definition: str):
        """Each container with its group and stream, named as the awslogs driver names them."""
        with request_scope(service.account, service.region):
            held = ecs._task_defs.get(ecs._resolve_td_key(definition)) or {}
        for container in held.get("containerDefinitions", []):
            options = (container.get("logConfiguration") or {}).get("options") or {}
            group = options.get("awslogs-group")
            if group:
                prefix = options.get("awslogs-stream-prefix", "ecs")
                yield container, group, f"{prefix}/{container['name']}/{task.rsplit('/', 1)[-1]}"

    def _put(self, service, group: str, stream: str, lines: list[str]) -> None:
        now = int(time.time() * 1000)
        events = [{"timestamp": now, "message": line} for line in lines]
        self._send(service, "PutLogEvents", {"logGroupName": group, "logStreamName": stream, "logEvents": events})

    def _send(self, service, operation: str, body: dict) -> None:
        headers = {"content-type": "application/x-amz-json-1.1", "x-amz-target": f"Logs_20140328.{operation}"}
        self._call(service.account, service.region, "logs", headers, json.dumps(body).encode())
