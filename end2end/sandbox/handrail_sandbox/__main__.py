"""The command line: `python -m handrail_sandbox up|fault|unhealthy|fail-resource|status|reset`."""

import argparse
import json
import pathlib
import re
import shutil
import sys
import urllib.error
import urllib.request

#: Where a running sandbox leaves word of itself, inside its state folder.
WORD = "sandbox.json"


def duration(text: str) -> float:
    """Seconds of texts such as 30s, 2m, 500ms."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)(ms|s|m|h)?", text)
    if not match:
        raise argparse.ArgumentTypeError(f"{text!r} is no duration: write 30s, 2m or 500ms")
    return float(match[1]) * {"ms": 0.001, "s": 1, "m": 60, "h": 3600, None: 1}[match[2]]


def tell(state: pathlib.Path, command: str, body: dict) -> dict:
    """Asks the running sandbox something."""
    try:
        endpoint = json.loads((state / WORD).read_text())["endpoint"]
        request = urllib.request.Request(
            f"{endpoint}/_sandbox/{command}", json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=10) as response:
            return json.load(response)
    except (OSError, KeyError, ValueError) as error:
        if isinstance(error, urllib.error.HTTPError):
            sys.exit(f"the sandbox refused: {error.read().decode()}")
        sys.exit(f"no sandbox runs with its state in {state}")


def reset(state: pathlib.Path) -> None:
    """Forgets everything, whether the sandbox runs or not."""
    if (state / WORD).exists():
        try:
            endpoint = json.loads((state / WORD).read_text())["endpoint"]
            urllib.request.urlopen(urllib.request.Request(f"{endpoint}/_sandbox/reset", b"{}"), timeout=10).close()
            print("the running sandbox has forgotten everything")
            return
        except OSError:
            (state / WORD).unlink(missing_ok=True)
    shutil.rmtree(state, ignore_errors=True)
    print(f"{state} is empty")


def parser() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--state", type=pathlib.Path, required=True, help="folder in which the sandbox keeps what exists")
    root = argparse.ArgumentParser(prog="handrail_sandbox", description=__doc__)
    commands = root.add_subparsers(dest="command", required=True)
    up = commands.add_parser("up", parents=[common], help="start it and run until a signal")
    up.add_argument("--aws-port", type=int, default=4566)
    up.add_argument("--probe-port", type=int, default=4567)
    up.add_argument("--agent-python", type=pathlib.Path, help="a Python that has openhands-agent-server")
    up.add_argument("--speed", type=float, default=1.0, help="how many times quicker than usual resources are made")
    up.add_argument("--account", default="000000000000", help="number of the account that is announced")
    fault = commands.add_parser("fault", parents=[common], help="throttle|denied|error|slow|hang|reset SERVICE[:Operation] DURATION; list; clear")
    fault.add_argument("kind", choices=["throttle", "denied", "error", "slow", "hang", "reset", "list", "clear"])
    fault.add_argument("target", nargs="?", help="a service such as ecs, one operation such as ecs:DescribeServices, or all")
    fault.add_argument("duration", nargs="?", type=duration)
    unhealthy = commands.add_parser("unhealthy", parents=[common], help="lets an environment's OpenHands fail its health check")
    unhealthy.add_argument("environment", help="part of the name of its stack")
    unhealthy.add_argument("switch", nargs="?", choices=["on", "off"], default="on")
    failing = commands.add_parser("fail-resource", parents=[common], help="lets the next resources of this logical id fail")
    failing.add_argument("logical_id")
    failing.add_argument("count", nargs="?", type=int, default=1)
    commands.add_parser("status", parents=[common], help="what runs and what is wrong on purpose")
    commands.add_parser("reset", parents=[common], help="forgets everything")
    return root


def main() -> None:
    words = parser().parse_args()
    if words.command == "up":
        from . import server

        server.run(words)
    elif words.command == "reset":
        reset(words.state)
    elif words.command == "fault":
        if words.kind in ("list", "clear"):
            answer = tell(words.state, f"fault/{words.kind}", {})
        elif words.target is None or words.duration is None:
            sys.exit("say of what and for how long, for example: fault throttle ecs 30s")
        else:
            answer = tell(words.state, "fault/add", {"kind": words.kind, "target": words.target, "seconds": words.duration})
        print(json.dumps(answer))
    elif words.command == "unhealthy":
        print(json.dumps(tell(words.state, "unhealthy", {"environment": words.environment, "on": words.switch == "on"})))
    elif words.command == "fail-resource":
        print(json.dumps(tell(words.state, "fail-resource", {"logical_id": words.logical_id, "count": words.count})))
    else:
        print(json.dumps(tell(words.state, "status", {}), indent=2))


if __name__ == "__main__":
    main()
