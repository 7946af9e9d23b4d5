"""Faults on demand: what AWS answers when it throttles, refuses, breaks or does not answer at all."""

import asyncio
import collections
import dataclasses
import re
import time
import urllib.parse
import uuid

import cbor2

KINDS = ("throttle", "denied", "error", "slow", "hang", "reset")

ALL = "all"
"""Names every service."""

JSON_SERVICES = {"ecs", "secretsmanager", "logs", "tagging", "application-autoscaling", "servicequotas"}
"""Services that speak awsJson: the error is a JSON object with `__type`."""

REST_JSON_SERVICES = {"elasticfilesystem", "eks", "lambda"}

SECONDS_SLOW = 4.0
SECONDS_HANG = 120.0

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "": 1.0}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|)")
_CREDENTIAL = re.compile(r"Credential=([^/]+)/\d+/([^/]+)/([^/]+)/aws4_request")
_IAM_PREFIXES = {"monitoring": "cloudwatch"}
"""Services that IAM knows under another name than the one that they sign with."""
_ALIASES = {"efs": "elasticfilesystem", "elbv2": "elasticloadbalancing", "cloudwatch": "monitoring", "ses": "email"}


def seconds(text: str) -> float:
    """A duration such as `30s`, `500ms` or `2m`.

    Raises `ValueError` for anything else.
    """
    match = _DURATION.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no duration; examples: 30s, 500ms, 2m")
    return float(match[1]) * _UNITS[match[2]]


@dataclasses.dataclass
class Fault:
    """One fault and how long it lasts."""

    kind: str
    service: str
    operation: str | None
    until: float
    hits: int = 0

    def told(self) -> dict:
        """For `fault list`."""
        left = max(0.0, self.until - time.monotonic())
        target = self.service if self.operation is None else f"{self.service}:{self.operation}"
        return {"kind": self.kind, "target": target, "seconds_left": round(left, 1), "hits": self.hits}


@dataclasses.dataclass(frozen=True)
class Call:
    """Who asks for what, as far as the request's head and body tell."""

    service: str
    operation: str
    account: str
    query: bool
    cbor: bool = False
    """Speaks Smithy's RPC v2 in CBOR, as newer SDKs do with CloudWatch."""


def identify(headers: dict[str, str], query: str, body: bytes, path: str = "") -> Call:
    """Reads service and account from the credential, the operation from header, query string or body."""
    credential = _CREDENTIAL.search(headers.get("authorization", ""))
    account, service = (credential[1], credential[3]) if credential else ("", "")
    target = headers.get("x-amz-target", "")
    if target:
        return Call(service, target.rsplit(".", 1)[-1], account, False)
    if headers.get("smithy-protocol") == "rpc-v2-cbor":
        return Call(service, path.rsplit("/", 1)[-1], account, False, True)
    form = urllib.parse.parse_qs(query)
    if "x-www-form-urlencoded" in headers.get("content-type", ""):
        form |= urllib.parse.parse_qs(body.decode("utf-8", "replace"))
    if "Action" in form:
        return Call(service, form["Action"][0], account, True)
    return Call(service, "", account, False)


class Faults:
    """The faults asked for."""

    def __init__(self):
        self._faults: list[Fault] = []
        self.calls: collections.Counter[str] = collections.Counter()
        """How often each service was called, with the operation where the head of the call names it."""

    def add(self, kind: str, target: str, duration: float) -> Fault:
        """Adds one. `target` is a service, `service:Operation` or `all`; raises `ValueError` for an unknown kind."""
        if kind not in KINDS:
            raise ValueError(f"{kind!r} is no fault; known: {', '.join(KINDS)}")
        service, _, operation = target.partition(":")
        service = service.lower()
        fault = Fault(kind, _ALIASES.get(service, service), operation or None, time.monotonic() + duration)
        self._faults.append(fault)
        return fault

    def active(self) -> list[Fault]:
        """Those that last still."""
        self._faults = [fault for fault in self._faults if fault.until > time.monotonic()]
        return self._faults

    def clear(self) -> None:
        """Ends all."""
        self._faults = []

    def count(self, call: Call) -> None:
        """Notes a call, whatever becomes of it."""
        if call.service:
            self.calls[f"{call.service}:{call.operation}" if call.operation else call.service] += 1

    def hitting(self, call: Call) -> Fault | None:
        """The newest fault that this call meets."""
        for fault in reversed(self.active()):
            if fault.service in (ALL, call.service) and fault.operation in (None, call.operation):
                fault.hits += 1
                return fault
        return None


def _words(fault: Fault, call: Call) -> tuple[int, str, str]:
    """Status, error code and message as the service words them."""
    if fault.kind == "throttle":
        code = "ThrottlingException" if call.service in JSON_SERVICES | REST_JSON_SERVICES else "Throttling"
        if call.service == "s3":
            return 503, "SlowDown", "Please reduce your request rate."
        if call.service == "ec2":
            return 503, "RequestLimitExceeded", "Request limit exceeded."
        return 400, code, "Rate exceeded"
    if fault.kind == "denied":
        if call.service == "s3":
            return 403, "AccessDenied", "Access Denied"
        if call.service == "ec2":
            return 403, "UnauthorizedOperation", "You are not authorized to perform this operation."
        action = f"{_IAM_PREFIXES.get(call.service, call.service)}:{call.operation or 'Unknown'}"
        message = (
            f"User: arn:aws:sts::{call.account}:assumed-role/HandrailSandbox/handrail is not authorized to perform: "
            f"{action} because no identity-based policy allows the {action} action"
        )
        json_like = call.service in JSON_SERVICES | REST_JSON_SERVICES
        return (400 if json_like else 403), ("AccessDeniedException" if json_like else "AccessDenied"), message
    return 500, "InternalFailure", "The request processing has failed because of an unknown error, exception or failure."


def answer(fault: Fault, call: Call) -> tuple[int, dict[str, str], bytes]:
    """The error response in the service's protocol, with a request id."""
    status, code, message = _words(fault, call)
    request = str(uuid.uuid4())
    headers = {"x-amzn-requestid": request}
    if call.cbor:
        headers |= {"content-type": "application/cbor", "smithy-protocol": "rpc-v2-cbor"}
        return status, headers, cbor2.dumps({"__type": code, "message": message})
    if call.service in JSON_SERVICES | REST_JSON_SERVICES or (not call.query and call.service not in ("s3", "ec2")):
        headers |= {"content-type": "application/x-amz-json-1.1", "x-amzn-errortype": code}
        key = "message"
        return status, headers, f'{{"__type":"{code}","{key}":"{message}"}}'.encode()
    headers["content-type"] = "text/xml"
    if call.service == "s3":
        headers["x-amz-request-id"] = request
        body = f"<Error><Code>{code}</Code><Message>{message}</Message><RequestId>{request}</RequestId></Error>"
    elif call.service == "ec2":
        body = (
            f"<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors>"
            f"<RequestID>{request}</RequestID></Response>"
        )
    else:
        kind = "Receiver" if status >= 500 else "Sender"
        body = (
            f"<ErrorResponse><Error><Type>{kind}</Type><Code>{code}</Code><Message>{message}</Message></Error>"
            f"<RequestId>{request}</RequestId></ErrorResponse>"
        )
    return status, headers, b'<?xml version="1.0" encoding="UTF-8"?>\n' + body.encode()


class ConnectionCut(Exception):
    """Raised to make the server close the connection in the middle of an answer."""


class Front:
    """Stands before the emulator (an ASGI application) and lets calls meet the faults."""

    def __init__(self, emulator, faults: Faults):
        self.emulator = emulator
        self.faults = faults

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            await self.emulator(scope, receive, send)
            return
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        self.faults.count(identify(headers, "", b"", scope.get("path", "")))
        if not self.faults.active():
            await self.emulator(scope, receive, send)
            return
        parts = []
        while True:
            message = await receive()
            parts.append(message.get("body", b""))
            if message["type"] != "http.request" or not message.get("more_body"):
                break
        body = b"".join(parts)
        call = identify(headers, scope.get("query_string", b"").decode(), body, scope.get("path", ""))
        fault = self.faults.hitting(call)
        if fault is not None and await self._meet(fault, call, send):
            return
        replayed = False

        async def replay():
            nonlocal replayed
            if replayed:
                return await receive()
            replayed = True
            return {"type": "http.request", "body": body, "more_body": False}

        await self.emulator(scope, replay, send)

    async def _meet(self, fault: Fault, call: Call, send) -> bool:
        """Plays the fault; false if the call goes on to the emulator afterwards."""
        if fault.kind == "slow":
            await asyncio.sleep(SECONDS_SLOW)
            return False
        if fault.kind == "hang":
            await asyncio.sleep(min(SECONDS_HANG, max(0.0, fault.until - time.monotonic())))
            return False
        status, headers, body = (200, {}, b"") if fault.kind == "reset" else answer(fault, call)
        headers["content-length"] = str(len(body) or 1024)
        encoded = [(name.encode(), value.encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": status, "headers": encoded})
        if fault.kind == "reset":
            await send({"type": "http.response.body", "body": b"<", "more_body": True})
            raise ConnectionCut("the fault asked for")
        await send({"type": "http.response.body", "body": body})
        return True
