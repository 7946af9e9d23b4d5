"""A forward proxy that knows the way to the environments' private load balancers, as one in their network would."""

import http.server
import threading
import urllib.parse


class Proxy(http.server.ThreadingHTTPServer):
    """Answers for load balancers by their DNS names."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, port: int, balancers, agent) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.balancers, self.agent = balancers, agent

    def start(self) -> None:
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        url = urllib.parse.urlsplit(self.path)
        host = url.hostname or self.headers.get("Host", "").partition(":")[0]
        state = self.server.balancers.of_host(host)
        if state is None:
            self._answer(502, [("Content-Type", "text/plain")], f"the sandbox knows no load balancer {host}".encode())
        elif state != "healthy":
            self._answer(503, [("Content-Type", "text/html")], b"<html><h1>503 Service Temporarily Unavailable</h1></html>")
        else:
            path = url.path + (f"?{url.query}" if url.query else "")
            self._answer(*self.server.agent.get(path))

    def do_CONNECT(self) -> None:
        self._answer(501, [("Content-Type", "text/plain")], b"the sandbox's load balancers have no certificates")

    def _answer(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_words) -> None:
        """Health checks are not worth a line each."""
