"""Starts everything in one process: the emulator with what it lacks, the faults before it, the targets and OpenHands behind it."""

import asyncio
import contextlib
import json
import os
import pathlib
import pickle
import signal
import sys
import threading

#: Regions that the account is announced with, the first one preselected.
REGIONS = ["us-east-1", "eu-central-1", "eu-west-1", "us-west-2"]
#: Seconds between two looks at tasks and targets.
TICK = 0.5
#: Seconds between two savings of everything that exists.
SAVE = 4.0


def _prepare(words) -> None:
    """The emulator reads its settings from the environment when it is imported."""
    os.environ.update(
        GATEWAY_PORT=str(words.aws_port), BIND_HOST="127.0.0.1", IOT_MTLS_ENABLED="0", SFTP_ENABLED="0", LOG_LEVEL="ERROR",
        PERSIST_STATE="1", STATE_DIR=str(words.state / "aws"), S3_PERSIST="1", S3_DATA_DIR=str(words.state / "s3"),
        MINISTACK_ACCOUNT_ID=words.account, AWS_ENDPOINT_URL=f"http://127.0.0.1:{words.aws_port}",
    )


class Sandbox:
    """One running sandbox."""

    def __init__(self, words) -> None:
        from ministack import app as emulator

        from . import agent, fault, probe, resource, stage, target

        self.words, self.emulator, self.fault, self.stage, self.target, self.resource = words, emulator, fault, stage, target, resource
        self.faults = fault.Faults()
        self.agent = agent.Agent(words.agent_python, words.state)
        self.balancers = target.Balancers(self.agent, words.speed)
        self.proxy = probe.Proxy(words.probe_port, self.balancers, self.agent)
        resource.install()
        stage.install(words.speed)
        self.balancers.install()
        self.kept = words.state / "extra.pickle"
        if self.kept.exists():
            resource.restore(pickle.loads(self.kept.read_bytes()))

    async def __call__(self, scope, receive, send) -> None:
        """The ASGI application: control, faults, emulator."""
        if scope["type"] != "http":
            await self.emulator.app(scope, receive, send)
            return
        body = b""
        more = True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        if scope["path"].startswith("/_sandbox/"):
            await self._control(scope["path"].removeprefix("/_sandbox/"), body, send)
            return
        headers = {name.decode().lower(): value.decode("latin-1") for name, value in scope["headers"]}
        service, operation, key = self.fault.called(headers, scope["method"], scope["path"], body)
        fault = self.faults.of(service, operation) if service else None
        account = key if key.isdigit() and len(key) == 12 else self.words.account
        if fault and await self.fault.play(fault, service, operation, account, send):
            return
        given = False

        async def replay():
            nonlocal given
            if given:
                return await receive()
            given = True
            return {"type": "http.request", "body": body, "more_body": False}

        await self.emulator.app(scope, replay, send)

    async def _control(self, command: str, body: bytes, send) -> None:
        asked = json.loads(body or b"{}")
        if command == "fault/add":
            self.faults.add(asked["kind"], asked["target"], asked["seconds"])
        elif command == "fault/clear":
            self.faults.clear()
        elif command == "unhealthy":
            self.target.set_unhealthy(asked["environment"], asked["on"])
        elif command == "fail-resource":
            self.stage.fail(asked["logical_id"], asked["count"])
        elif command == "reset":
            self.faults.clear()
            self.target.clear()
            self.resource._extra._data.clear()
            self.resource._master._data.clear()
            self.emulator._reset_all_state()
        answer = json.dumps(
            {"backend": self.agent.name, "faults": self.faults.list(), "unhealthy": self.target.unhealthy(), "failing": self.stage.failing()}
        ).encode()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
        await send({"type": "http.response.body", "body": answer})

    def save(self) -> None:
        """Keeps what exists, so that a kill loses a few seconds at most."""
        from ministack.core import persistence

        persistence.save_all(self.emulator._build_persistence_save_dict())
        making = self.kept.with_suffix(".making")
        making.write_bytes(pickle.dumps(self.resource.state()))
        making.replace(self.kept)

    async def live(self, stop: asyncio.Event) -> None:
        """Moves tasks and targets on, and saves now and then."""
        since = 0.0
        while not stop.is_set():
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(stop.wait(), TICK / max(1.0, self.words.speed / 10))
            try:
                self.target.tick()
                since += TICK
                if since >= SAVE:
                    since = 0.0
                    await asyncio.to_thread(self.save)
            except Exception as error:  # The emulator's own stores change under our hands; the next look finds them whole.
                print(f"sandbox: {error!r}", file=sys.stderr)


async def _serve(words) -> None:
    from hypercorn.asyncio import serve
    from hypercorn.config import Config

    sandbox = Sandbox(words)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    config = Config()
    config.bind = [f"127.0.0.1:{words.aws_port}"]
    config.keep_alive_timeout = 75
    config.loglevel = "ERROR"
    config.graceful_timeout = 1
    serving = asyncio.create_task(serve(sandbox, config, shutdown_trigger=stop.wait))
    living = asyncio.create_task(sandbox.live(stop))
    sandbox.proxy.start()
    endpoint = f"http://127.0.0.1:{words.aws_port}"
    while not serving.done():
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", words.aws_port)
            writer.close()
            break
        except OSError:
            await asyncio.sleep(0.05)
    word = {
        "ready": True, "endpoint": endpoint, "probe_proxy": f"http://127.0.0.1:{words.probe_port}", "account": words.account,
        "regions": REGIONS, "backend": sandbox.agent.name, "pid": os.getpid(),
    }
    (words.state / "sandbox.json").write_text(json.dumps(word))
    print(json.dumps(word), flush=True)
    try:
        await serving
        await living
    finally:
        (words.state / "sandbox.json").unlink(missing_ok=True)
        sandbox.agent.stop()


def run(words) -> None:
    """Runs until a signal."""
    words.state = pathlib.Path(words.state).resolve()
    words.state.mkdir(parents=True, exist_ok=True)
    _prepare(words)
    asyncio.run(_serve(words))
    # Threads of stacks that were being made would hold the process open.
    if threading.active_count() > 1:
        os._exit(0)
