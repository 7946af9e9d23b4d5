"""The registry that images come from: OCI's read side with bearer tokens, serving made-up images of both public editions."""

import asyncio
import hashlib
import json
import random
import urllib.parse

from .settings import HOST, Settings

TOKEN = "sandbox-token"
INDEX = "application/vnd.oci.image.index.v1+json"
IMAGE = "application/vnd.oci.image.manifest.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
REPOSITORIES = {
    "openhands/agent-canvas": ("1.15.0", "1.16.0", "1.20.0", "1.25.0", "1.26.0"),
    "openhands/openhands": ("1.7", "1.8", "1.9.3"),
}
"""One release more than the console's catalogue knows, so that a refresh has news."""

LAYER_BYTES = 700_000
BYTES_PER_SECOND = 400_000
"""At speed 1: one image takes some ten seconds, so that its progress can be watched."""


def digest_of(content: bytes) -> str:
    """A digest as registries write it."""
    return "sha256:" + hashlib.sha256(content).hexdigest()


class Repository:
    """Tags, manifests and blobs of one repository, the same at every start."""

    def __init__(self, name: str, tags: tuple[str, ...]):
        self.tags: dict[str, str] = {}
        self.manifests: dict[str, tuple[str, bytes]] = {}
        self.blobs: dict[str, bytes] = {}
        shared = self._blob(random.Random(name).randbytes(LAYER_BYTES))
        for tag in tags:
            children = []
            for architecture in ("amd64", "arm64"):
                config = self._blob(json.dumps({"os": "linux", "architecture": architecture, "tag": tag}).encode())
                layers = [self._blob(random.Random(f"{name} {tag} {architecture} {n}").randbytes(LAYER_BYTES)) for n in (1, 2)]
                image = self._manifest(IMAGE, {"config": config, "layers": [shared, *layers]})
                children.append({**image, "platform": {"os": "linux", "architecture": architecture}})
            self.tags[tag] = self._manifest(INDEX, {"manifests": children})["digest"]

    def _blob(self, content: bytes) -> dict:
        digest = digest_of(content)
        self.blobs[digest] = content
        return {"mediaType": LAYER, "digest": digest, "size": len(content)}

    def _manifest(self, media_type: str, body: dict) -> dict:
        content = json.dumps({"schemaVersion": 2, "mediaType": media_type, **body}).encode()
        digest = digest_of(content)
        self.manifests[digest] = (media_type, content)
        return {"mediaType": media_type, "digest": digest, "size": len(content)}


class ImageSource:
    """The server. `corrupted` repositories send a wrong byte in each large blob."""

    def __init__(self, settings: Settings):
        self.settings = settings
        self.corrupted: set[str] = set()
        self.repositories = {name: Repository(name, tags) for name, tags in REPOSITORIES.items()}

    async def __aenter__(self):
        self._server = await asyncio.start_server(self._serve, HOST, 0)
        self.address = f"http://{HOST}:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_problem):
        self._server.close()

    def corrupt(self, repository: str, on: bool) -> list[str]:
        """Switches the corruption of a repository; all that are corrupted."""
        if repository not in self.repositories:
            raise ValueError(f"there is no repository {repository!r}, only {', '.join(self.repositories)}")
        (self.corrupted.add if on else self.corrupted.discard)(repository)
        return sorted(self.corrupted)

    async def _serve(self, reader, writer):
        try:
            head = (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 30)).decode("latin-1").split("\r\n")
            method, target, _ = head[0].split(" ", 2)
            headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
            status, more, body = self._answer(method, urllib.parse.urlsplit(target).path, headers)
            lines = [f"HTTP/1.1 {status} {'OK' if status < 400 else 'Error'}"]
            lines += [f"{name}: {value}" for name, value in {"content-length": len(body), "connection": "close", **more}.items()]
            writer.write("\r\n".join([*lines, "", ""]).encode("latin-1"))
            if method != "HEAD":
                for start in range(0, len(body), 64 * 1024):
                    writer.write(body[start : start + 64 * 1024])
                    await writer.drain()
                    if len(body) > 64 * 1024:
                        await asyncio.sleep(self.settings.seconds(64 * 1024 / BYTES_PER_SECOND))
            await writer.drain()
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, asyncio.TimeoutError, ConnectionError, ValueError):
            return
        finally:
            writer.close()

    def _answer(self, method: str, path: str, headers: dict[str, str]) -> tuple[int, dict, bytes]:
        if path == "/token":
            return 200, {"content-type": "application/json"}, json.dumps({"token": TOKEN, "expires_in": 300}).encode()
        if method not in ("GET", "HEAD"):
            return _error(405, "UNSUPPORTED", "this registry is read only")
        if headers.get("authorization") != f"Bearer {TOKEN}":
            status, more, body = _error(401, "UNAUTHORIZED", "authentication required")
            return status, {**more, "www-authenticate": f'Bearer realm="{self.address}/token",service="sandbox"'}, body
        name, kind, reference = _split(path)
        repository = self.repositories.get(name)
        if repository is None:
            return _error(404, "NAME_UNKNOWN", "repository name not known to registry")
        if kind == "tags":
            return 200, {"content-type": "application/json"}, json.dumps({"name": name, "tags": sorted(repository.tags)}).encode()
        if kind == "manifests":
            digest = repository.tags.get(reference, reference)
            if digest not in repository.manifests:
                return _error(404, "MANIFEST_UNKNOWN", "manifest unknown")
            media_type, content = repository.manifests[digest]
            return 200, {"content-type": media_type, "docker-content-digest": digest}, content
        content = repository.blobs.get(reference)
        if content is None:
            return _error(404, "BLOB_UNKNOWN", "blob unknown to registry")
        if name in self.corrupted and len(content) > 1000:
            content = content[:-1] + bytes([content[-1] ^ 1])
        return _ranged(content, headers.get("range"))


def _split(path: str) -> tuple[str, str, str]:
    parts = path.removeprefix("/v2/").split("/")
    for at, part in enumerate(parts):
        if part in ("tags", "manifests", "blobs"):
            return "/".join(parts[:at]), part, "/".join(parts[at + 1 :])
    return path, "", ""


def _ranged(content: bytes, asked: str | None) -> tuple[int, dict, bytes]:
    if not asked:
        return 200, {"accept-ranges": "bytes"}, content
    first, _, last = asked.removeprefix("bytes=").partition("-")
    start, end = int(first), min(int(last or len(content) - 1), len(content) - 1)
    if start > end:
        return _error(416, "RANGE_INVALID", "there are no such bytes")
    return 206, {"content-range": f"bytes {start}-{end}/{len(content)}"}, content[start : end + 1]


def _error(status: int, code: str, message: str) -> tuple[int, dict, bytes]:
    return status, {"content-type": "application/json"}, json.dumps({"errors": [{"code": code, "message": message}]}).encode()
