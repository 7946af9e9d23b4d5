"""Starts the emulator with everything around it, and ends it in order."""

import asyncio
import contextlib
import json
import logging
import os
import signal
import sys

from . import settings as given
from .settings import HOST, Settings

SECONDS_BETWEEN_SAVES = 3.0

log = logging.getLogger("handrail_sandbox")


def prepare_environment(settings: Settings) -> None:
    """Sets what the emulator reads when it is imported."""
    for directory in (settings.services, settings.buckets, settings.agents):
        directory.mkdir(parents=True, exist_ok=True)
    os.environ.update(
        BIND_HOST=HOST,
        GATEWAY_PORT=str(settings.aws_port),
        IOT_MTLS_ENABLED="0",
        SFTP_ENABLED="0",
        PERSIST_STATE="1",
        STATE_DIR=str(settings.services),
        S3_PERSIST="1",
        S3_DATA_DIR=str(settings.buckets),
        MINISTACK_ACCOUNT_ID=given.ACCOUNT,
        MINISTACK_REGION=given.REGIONS[0],
        # Containers of the developer's own Docker are none of the sandbox's business.
        DOCKER_HOST="unix:///nonexistent/handrail-sandbox.sock",
    )
    for name in ("AWS_ENDPOINT_URL", "LOCALSTACK_PERSISTENCE", "USE_SSL"):
        os.environ.pop(name, None)


def save() -> None:
    """Writes the emulator's state."""
    from ministack import app
    from ministack.core import persistence

    persistence.save_all(app._build_persistence_save_dict())


async def _save_regularly() -> None:
    while True:
        await asyncio.sleep(SECONDS_BETWEEN_SAVES)
        save()


async def _end_with_parent(stop: asyncio.Event) -> None:
    parent = os.getppid()
    while os.getppid() == parent:
        await asyncio.sleep(0.5)
    stop.set()


async def serve(settings: Settings, exit_with_parent: bool) -> None:
    """Runs until SIGTERM or SIGINT (or the end of the parent)."""
    prepare_environment(settings)
    from hypercorn.asyncio import serve as hypercorn_serve
    from hypercorn.config import Config
    from ministack import app

    from . import hosts, image_scan, log_filter, resource_types, tagging_api
    from .control import Control
    from .driver import Driver
    from .faults import Faults, Front
    from .image_source import ImageSource
    from .probe import Backends, ProbeProxy
    from .resume import resume
    from .stage import Stage

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    resource_types.install()
    hosts.install()
    tagging_api.install()
    log_filter.install()
    image_scan.install()
    stage, faults = Stage(settings), Faults()
    stage.install()
    backends = Backends(settings)
    driver = Driver(settings, backends)
    driver.install()
    config = Config()
    config.bind = [f"{HOST}:{settings.aws_port}"]
    config.keep_alive_timeout = 75
    config.graceful_timeout = 1
    config.loglevel = "WARNING"
    front = asyncio.create_task(
        hypercorn_serve(Front(app.app, faults), config, shutdown_trigger=stop.wait, mode="asgi")
    )
    await _until_listening(settings.aws_port, front)
    resume()
    tasks = [asyncio.create_task(_save_regularly()), asyncio.create_task(driver.run())]
    if exit_with_parent:
        tasks.append(asyncio.create_task(_end_with_parent(stop)))
    async with (
        ProbeProxy(settings, driver, backends),
        ImageSource(settings) as images,
        Control(settings, stage, faults, driver, images, stop) as control,
    ):
        ready = {
            "ready": True,
            "endpoint": f"http://{HOST}:{settings.aws_port}",
            "probe_proxy": f"http://{HOST}:{settings.probe_port}",
            "registry": images.address,
            "account": given.ACCOUNT,
            "regions": list(given.REGIONS),
            "backend": backends.kind(),
            "pid": os.getpid(),
        }
        control.publish(ready)
        print(json.dumps(ready), flush=True)
        await asyncio.wait([front, asyncio.create_task(stop.wait())], return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()
        await backends.stop()
        save()
        stop.set()
    with contextlib.suppress(asyncio.TimeoutError):
        await asyncio.wait_for(front, timeout=5)


async def _until_listening(port: int, server: asyncio.Task) -> None:
    while True:
        if server.done():
            server.result()
            sys.exit("the emulator ended before it listened")
        try:
            _, writer = await asyncio.open_connection(HOST, port)
        except OSError:
            await asyncio.sleep(0.05)
            continue
        writer.close()
        return
