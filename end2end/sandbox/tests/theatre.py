"""A sandbox of the tests' own: free ports, a fresh directory, fifty times the usual speed."""

import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

import boto3
from botocore.config import Config

FOLDER = pathlib.Path(__file__).resolve().parent.parent
REGION = "eu-central-1"
NAME = "handrail-play-cafe"
PATIENCE = 40.0


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def listens(port: int) -> bool:
    """Whether somebody does."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_for(what: str, check):
    """Waits until `check` gives something true, and gives it back."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        found = check()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError(f"{what} did not happen within {PATIENCE} s")


class Sandbox:
    """A running sandbox and the clients to use it with."""

    def __init__(self, speed: int = 50, agent_python: str | None = None):
        self.speed = speed
        self.agent = ["--agent-python", agent_python] if agent_python else []
        self.state = pathlib.Path(tempfile.mkdtemp(prefix="handrail-sandbox-"))
        self.start()

    def start(self) -> None:
        """Starts it with the state there is."""
        command = ["up", "--aws-port", str(free_port()), "--probe-port", str(free_port()), "--speed", str(self.speed)]
        self.log = open(self.state / "log", "ab")
        self.process = subprocess.Popen(
            self._command(*command, *self.agent, "--exit-with-parent"), env=self._environment(), stdout=subprocess.PIPE, stderr=self.log
        )
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError((self.state / "log").read_text())
        self.ready = json.loads(line)

    def kill(self) -> None:
        """Ends it without any chance to save."""
        self.process.kill()
        self._reap()

    def close(self) -> None:
        """Ends it in order, and removes its state."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        self._reap()
        shutil.rmtree(self.state)

    def _reap(self) -> None:
        self.process.wait(timeout=20)
        self.process.stdout.close()
        self.log.close()

    def _environment(self) -> dict[str, str]:
        return {**os.environ, "PYTHONPATH": str(FOLDER), "PYTHONDONTWRITEBYTECODE": "1"}

    def _command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "handrail_sandbox", *words, "--state", str(self.state)]

    def say(self, *words: str) -> dict:
        """A subcommand against this sandbox, the way the automation calls it."""
        answer = subprocess.run(
            self._command(*words), env=self._environment(), capture_output=True, text=True, timeout=30, check=True
        )
        return json.loads(answer.stdout)

    def client(self, service: str, account: str | None = None, **config):
        """A client without retries, so that tests see the first answer."""
        return boto3.client(
            service,
            endpoint_url=self.ready["endpoint"],
            region_name=REGION,
            aws_access_key_id=account or self.ready["account"],
            aws_secret_access_key="sandbox",
            config=Config(retries={"total_max_attempts": 1}, **config),
        )

    def create(self, template: dict, name: str = NAME, **more) -> str:
        """Starts the creation of a stack; its id."""
        body = json.dumps(template, separators=(",", ":"))
        answer = self.client("cloudformation").create_stack(
            StackName=name, TemplateBody=body, Capabilities=["CAPABILITY_NAMED_IAM"], **more
        )
        return answer["StackId"]

    def stack(self, stack: str) -> dict:
        """What DescribeStacks says."""
        return self.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]

    def settle(self, stack: str) -> dict:
        """Waits until the operation is over."""

        def settled():
            found = self.stack(stack)
            return None if found["StackStatus"].endswith("_IN_PROGRESS") else found

        return wait_for(f"the end of the operation on {stack}", settled)

    def events(self, stack: str) -> list[dict]:
        """Events, oldest first."""
        pages = self.client("cloudformation").get_paginator("describe_stack_events").paginate(StackName=stack)
        return [event for page in pages for event in page["StackEvents"]][::-1]

    def probe(self, url: str) -> tuple[int, dict, bytes]:
        """GET through the probe proxy."""
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({"http": self.ready["probe_proxy"]}))
        try:
            with opener.open(url, timeout=20) as answer:
                return answer.status, dict(answer.headers), answer.read()
        except urllib.error.HTTPError as problem:
            with problem:
                return problem.code, dict(problem.headers), problem.read()


def outputs(stack: dict) -> dict[str, str]:
    """Outputs by key."""
    return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}
