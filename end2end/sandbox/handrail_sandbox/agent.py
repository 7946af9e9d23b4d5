"""OpenHands behind every environment's load balancer: the real agent server where a Python has it, a simulation that says so where not."""

import json
import os
import pathlib
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request

#: What the simulation calls itself.
SIMULATED = "simulated"


class Agent:
    """One agent server for all environments of the sandbox: each would answer the same, and each takes a core for half a minute to start."""

    def __init__(self, python: pathlib.Path | None, state: pathlib.Path) -> None:
        self._process: subprocess.Popen | None = None
        self.name = SIMULATED
        if python is None:
            return
        version = subprocess.run(
            [python, "-c", "import importlib.metadata as m; print(m.version('openhands-agent-server'))"],
            capture_output=True, text=True, check=False,
        )
        if version.returncode:
            return
        self.name = f"openhands-agent-server {version.stdout.strip()}"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        home = state / "agent"
        home.mkdir(parents=True, exist_ok=True)
        self._log = (state / "agent.log").open("ab")
        self._process = subprocess.Popen(
            [python, "-m", "openhands.agent_server", "--host", "127.0.0.1", "--port", str(self.port)],
            cwd=home, stdout=self._log, stderr=self._log, stdin=subprocess.DEVNULL, start_new_session=True,
            env={**os.environ, "HOME": str(home), "OH_PERSISTENCE_DIR": str(home / "state"), "DO_NOT_TRACK": "1"},
        )
        threading.Thread(target=self._watch, daemon=True).start()
        self._ready = False

    def _watch(self) -> None:
        """Asks the agent server whether it is ready, so that load balancers' health checks do not each have to."""
        while self._process and self._process.poll() is None:
            status, _, _ = self.get("/ready")
            self._ready = status == 200
            time.sleep(1.0 if not self._ready else 5.0)
        self._ready = False

    def healthy(self) -> bool:
        """Whether a health check on /ready would succeed now."""
        return True if self.name == SIMULATED else self._ready

    def get(self, path: str) -> tuple[int, list[tuple[str, str]], bytes]:
        """Status, headers and body of a GET."""
        if self.name == SIMULATED:
            label = [("Content-Type", "application/json"), ("X-Handrail-Sandbox", SIMULATED)]
            answers = {
                "/ready": {"status": "ready", "sandbox": SIMULATED},
                "/alive": {"status": "ok", "sandbox": SIMULATED},
                "/server_info": {"version": SIMULATED, "title": "Simulated by Handrail's sandbox"},
            }
            if path in answers:
                return 200, label, json.dumps(answers[path]).encode()
            return 404, label, b'{"detail":"Not Found"}'
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=8) as answer:
                return answer.status, [("Content-Type", answer.headers.get_content_type())], answer.read()
        except urllib.error.HTTPError as error:
            return error.code, [("Content-Type", error.headers.get_content_type())], error.read()
        except OSError:
            return 502, [("Content-Type", "text/plain")], b"the backend does not answer"

    def stop(self) -> None:
        """Ends the agent server."""
        if self._process and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                self._process.kill()
