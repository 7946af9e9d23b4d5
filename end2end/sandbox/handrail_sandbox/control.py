"""The control port: how `fault`, `unhealthy` and the other subcommands reach a running sandbox."""

import asyncio
import json
import os
import pathlib
import socket

from .settings import HOST, Settings, control_file, running


class Control:
    """Answers one JSON line with one JSON line, on a port written to the state directory."""

    def __init__(self, settings: Settings, stage, faults, driver, images, stop: asyncio.Event):
        self.settings = settings
        self.stage = stage
        self.faults = faults
        self.driver = driver
        self.images = images
        self.stop = stop
        self.ready: dict = {}

    async def __aenter__(self):
        self._server = await asyncio.start_server(self._serve, HOST, 0)
        return self

    async def __aexit__(self, *_problem):
        self._server.close()
        control_file(self.settings.state).unlink(missing_ok=True)

    def publish(self, ready: dict) -> None:
        """Writes how this sandbox is reached."""
        port = self._server.sockets[0].getsockname()[1]
        self.ready = {**ready, "control_port": port}
        path = control_file(self.settings.state)
        fresh = path.with_suffix(".new")
        fresh.write_text(json.dumps(self.ready) + "\n", encoding="utf-8")
        os.replace(fresh, path)

    async def _serve(self, reader, writer):
        try:
            line = await reader.readline()
            if not line:
                return
            try:
                answer = {"ok": True, **await self._do(json.loads(line))}
            except (ValueError, KeyError, TypeError) as problem:
                answer = {"ok": False, "problem": str(problem)}
            writer.write(json.dumps(answer).encode() + b"\n")
            await writer.drain()
        finally:
            writer.close()

    async def _do(self, request: dict) -> dict:
        command = request["command"]
        if command == "fault":
            return {"fault": self.faults.add(request["kind"], request["target"], request["seconds"]).told()}
        if command == "faults":
            return {"faults": [fault.told() for fault in self.faults.active()]}
        if command == "clear":
            self.faults.clear()
            return {"faults": []}
        if command == "unhealthy":
            self.driver.set_unhealthy(request["environment"], request["on"])
            return {"unhealthy": sorted(self.driver.unhealthy)}
        if command == "fail-resource":
            self.stage.fail(request["logical_id"], request["count"], request.get("undo", False))
            return {"failing": self.stage.failing()}
        if command == "corrupt-image":
            return {"corrupted": self.images.corrupt(request["repository"], request["on"])}
        if command == "status":
            return self._status()
        if command == "reset":
            return await self._reset()
        raise ValueError(f"unknown command {command!r}")

    def _status(self) -> dict:
        return {
            **self.ready,
            "faults": [fault.told() for fault in self.faults.active()],
            "calls": dict(self.faults.calls),
            "unhealthy": sorted(self.driver.unhealthy),
            "failing": self.stage.failing(),
            "services_running": [str(service) for service in self.driver.running()],
            "agents": self.driver.backends.told(),
        }

    async def _reset(self) -> dict:
        """Forgets everything: all accounts, faults and agents."""
        self.faults.clear()
        self.stage.forget_failures()
        self.driver.unhealthy.clear()
        self.images.corrupted.clear()
        self.driver.meter.forget()
        await self.driver.backends.stop()
        reader, writer = await asyncio.open_connection(HOST, self.settings.aws_port)
        writer.write(b"POST /_ministack/reset HTTP/1.1\r\nhost: localhost\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        await writer.drain()
        status = await reader.readline()
        writer.close()
        if b" 200" not in status:
            raise ValueError(f"the emulator answered {status.decode('latin-1').strip()!r}")
        return {}


def ask(state: pathlib.Path, request: dict) -> dict:
    """Asks the sandbox that runs with this state directory.

    Raises `OSError` when none runs.
    """
    port = running(state)["control_port"]
    with socket.create_connection((HOST, port), timeout=30) as connection:
        connection.sendall(json.dumps(request).encode() + b"\n")
        with connection.makefile("rb") as answers:
            return json.loads(answers.readline())
