"""What one sandbox is started with, and where its state lies."""

import dataclasses
import json
import pathlib

ACCOUNT = "111122223333"
"""The account played by default; a twelve-digit access key is an account of its own."""

REGIONS = ("us-east-1", "us-east-2", "us-west-2", "eu-central-1", "eu-west-1", "ap-southeast-2")
"""The regions announced. The emulator answers for every region; these have images and prices in the console."""

HOST = "127.0.0.1"
"""Every listener binds here and nowhere else: the sandbox checks no signatures."""


@dataclasses.dataclass(frozen=True)
class Settings:
    """What `up` was called with."""

    state: pathlib.Path
    aws_port: int
    probe_port: int
    agent_python: str | None = None
    speed: float = 1.0
    #: Real agent servers at once: each takes some 300 MB and a core for a quarter of a minute. Further environments are simulated.
    agent_limit: int = 6

    @property
    def services(self) -> pathlib.Path:
        """What the emulator keeps, a file for each service."""
        return self.state / "services"

    @property
    def buckets(self) -> pathlib.Path:
        """Contents of S3 buckets."""
        return self.state / "buckets"

    @property
    def agents(self) -> pathlib.Path:
        """A data directory for each environment's agent server."""
        return self.state / "agents"

    def seconds(self, at_usual_speed: float) -> float:
        """How long something takes that takes `at_usual_speed` seconds at speed 1."""
        return at_usual_speed / self.speed


def control_file(state: pathlib.Path) -> pathlib.Path:
    """Where a running sandbox writes how to reach it."""
    return state / "control.json"


def running(state: pathlib.Path) -> dict:
    """What a running sandbox wrote about itself.

    Raises `FileNotFoundError` when none was started with this directory.
    """
    return json.loads(control_file(state).read_text(encoding="utf-8"))
