"""The command line: `up` runs a sandbox, everything else talks to a running one."""

import argparse
import asyncio
import json
import logging
import pathlib
import sys

from . import faults
from .control import ask
from .settings import Settings


def _parser() -> argparse.ArgumentParser:
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--state", type=pathlib.Path, required=True, help="directory of the sandbox's state")
    parser = argparse.ArgumentParser(prog="handrail_sandbox", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    up = commands.add_parser("up", parents=[shared], help="run a sandbox until SIGTERM or SIGINT")
    up.add_argument("--aws-port", type=int, default=4566)
    up.add_argument("--probe-port", type=int, default=4580)
    up.add_argument("--agent-python", help="a Python that has openhands-agent-server")
    up.add_argument("--agents", type=int, default=6, help="real agent servers at once; further environments are simulated")
    up.add_argument("--speed", type=float, default=1.0, help="50 is fifty times as fast")
    up.add_argument("--exit-with-parent", action="store_true", help="end when the starting process ends")
    fault = commands.add_parser(
        "fault",
        parents=[shared],
        help="fault throttle|denied|error|slow|hang|reset SERVICE[:Operation]|all DURATION, fault list, fault clear",
    )
    fault.add_argument("words", nargs="+", metavar="WORD")
    commands.add_parser("faults", parents=[shared], help="the same as fault list")
    unhealthy = commands.add_parser("unhealthy", parents=[shared], help="let health checks fail")
    unhealthy.add_argument("environment", help="part of the name of its cluster")
    unhealthy.add_argument("switch", nargs="?", choices=("on", "off"), default="on")
    corrupt = commands.add_parser("corrupt-image", parents=[shared], help="let the registry that images come from send wrong bytes")
    corrupt.add_argument("repository", help="for example openhands/agent-canvas")
    corrupt.add_argument("switch", nargs="?", choices=("on", "off"), default="on")
    fail = commands.add_parser("fail-resource", parents=[shared], help="let the next creations or changes of a resource fail")
    fail.add_argument("logical_id")
    fail.add_argument("count", nargs="?", type=int, default=1)
    fail.add_argument("--undo", action="store_true", help="fail when a change of it is undone, so that the update is stuck")
    commands.add_parser("status", parents=[shared], help="what runs")
    commands.add_parser("reset", parents=[shared], help="forget every account, fault and agent")
    return parser


def _request(arguments: argparse.Namespace) -> dict:
    """The words of the command line as a request to the control port; raises `ValueError`."""
    if arguments.command == "fault":
        match arguments.words:
            case ["list"]:
                return {"command": "faults"}
            case ["clear"]:
                return {"command": "clear"}
            case [kind, target, duration]:
                return {"command": "fault", "kind": kind, "target": target, "seconds": faults.seconds(duration)}
        raise ValueError("say fault KIND SERVICE[:Operation] DURATION, fault list or fault clear")
    if arguments.command == "unhealthy":
        return {"command": "unhealthy", "environment": arguments.environment, "on": arguments.switch == "on"}
    if arguments.command == "corrupt-image":
        return {"command": "corrupt-image", "repository": arguments.repository, "on": arguments.switch == "on"}
    if arguments.command == "fail-resource":
        return {
            "command": "fail-resource",
            "logical_id": arguments.logical_id,
            "count": arguments.count,
            "undo": arguments.undo,
        }
    return {"command": arguments.command}


def main() -> int:
    """Runs the command; the exit status tells whether it went well."""
    arguments = _parser().parse_args()
    if arguments.command == "up":
        from .launcher import serve

        logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
        settings = Settings(
            arguments.state.resolve(),
            arguments.aws_port,
            arguments.probe_port,
            arguments.agent_python,
            arguments.speed,
            arguments.agents,
        )
        asyncio.run(serve(settings, arguments.exit_with_parent))
        return 0
    try:
        answer = ask(arguments.state, _request(arguments))
    except (OSError, ValueError) as problem:
        print(f"the sandbox at {arguments.state} cannot be asked: {problem}", file=sys.stderr)
        return 1
    if not answer.pop("ok"):
        print(answer["problem"], file=sys.stderr)
        return 1
    print(json.dumps(answer, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
