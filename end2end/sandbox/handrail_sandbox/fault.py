"""Faults on demand: AWS answers as on a bad day, in the words and protocols of each service."""

import asyncio
import dataclasses
import json
import re
import time
import uuid

#: Services that speak the query protocol with XML answers.
QUERY = {"cloudformation", "rds", "elasticloadbalancing", "sts", "iam", "ec2", "monitoring"}
#: Names by which people call services, beside the ones in signatures.
ALIASES = {"elbv2": "elasticloadbalancing", "alb": "elasticloadbalancing", "efs": "elasticfilesystem", "cloudwatch": "monitoring"}
#: How much a slow answer is late, in seconds.
LATE = 4.0


@dataclasses.dataclass
class Fault:
    kind: str
    service: str
    operation: str | None
    until: float

    def hits(self, service: str, operation: str) -> bool:
        return self.service in ("all", service) and self.operation in (None, operation) and time.monotonic() < self.until


class Faults:
    """The faults that are on."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def add(self, kind: str, target: str, seconds: float) -> None:
        service, _, operation = target.partition(":")
        service = ALIASES.get(service.lower(), service.lower())
        self._faults.append(Fault(kind, service, operation or None, time.monotonic() + seconds))

    def clear(self) -> None:
        self._faults.clear()

    def list(self) -> list[dict]:
        now = time.monotonic()
        self._faults = [fault for fault in self._faults if fault.until > now]
        return [
            {"kind": one.kind, "target": one.service + (f":{one.operation}" if one.operation else ""), "seconds": round(one.until - now)}
            for one in self._faults
        ]

    def of(self, service: str, operation: str) -> Fault | None:
        return next((fault for fault in self._faults if fault.hits(service, operation)), None)


def called(headers: dict[str, str], method: str, path: str, body: bytes) -> tuple[str, str, str]:
    """Service, operation and access key of a signed request; empty where it is none."""
    match = re.search(r"Credential=([^/,]+)/\d+/([^/]+)/([^/]+)/aws4_request", headers.get("authorization", ""))
    if not match:
        return "", "", ""
    service = match[3]
    if target := headers.get("x-amz-target"):
        operation = target.rpartition(".")[2]
    elif action := re.search(rb"(?:^|&)Action=([A-Za-z0-9]+)", body):
        operation = action[1].decode()
    else:
        operation = f"{method} {path}"
    return service, operation, match[1]


#: Status, query code, JSON code, message.
ANSWERS = {
    "throttle": (400, "Throttling", "ThrottlingException", "Rate exceeded"),
    "denied": (403, "AccessDenied", "AccessDeniedException", None),
    "error": (500, "InternalFailure", "InternalServerException", "An internal error occurred; this is the sandbox's doing."),
}


def answer(kind: str, service: str, operation: str, account: str) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    """Status, headers and body of a fault in the protocol of the service."""
    status, query_code, json_code, message = ANSWERS[kind]
    message = message or (
        f"User: arn:aws:sts::{account}:assumed-role/sandbox/handrail is not authorized to perform: {service}:{operation} "
        f"on resource: * because no identity-based policy allows the {service}:{operation} action"
    )
    request_id = str(uuid.uuid4())
    if service in QUERY:
        body = (
            f"<ErrorResponse><Error><Type>Sender</Type><Code>{query_code}</Code><Message>{message}</Message></Error>"
            f"<RequestId>{request_id}</RequestId></ErrorResponse>"
        )
        kind_of_body = "text/xml"
    elif service == "s3":
        code = {"throttle": "SlowDown", "denied": "AccessDenied", "error": "InternalError"}[kind]
        status = {"throttle": 503}.get(kind, status)
        body = f"<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>{message}</Message><RequestId>{request_id}</RequestId></Error>"
        kind_of_body = "application/xml"
    else:
        status = 429 if kind == "throttle" and service == "elasticfilesystem" else status
        body = json.dumps({"__type": json_code, "message": message, "Message": message})
        kind_of_body = "application/x-amz-json-1.1"
    headers = [
        (b"content-type", kind_of_body.encode()),
        (b"x-amzn-requestid", request_id.encode()),
        (b"x-amz-request-id", request_id.encode()),
        (b"x-amzn-errortype", json_code.encode()),
        (b"content-length", str(len(body)).encode()),
    ]
    return status, headers, body.encode()


async def play(fault: Fault, service: str, operation: str, account: str, send) -> bool:
    """Answers in place of AWS; `False` if the request should go on to it after all."""
    if fault.kind == "slow":
        await asyncio.sleep(LATE)
        return False
    if fault.kind == "hang":
        while time.monotonic() < fault.until:
            await asyncio.sleep(0.2)
        return False
    if fault.kind == "reset":
        # An answer that ends before it is complete: the connection is closed in the middle of it.
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1000")]})
        await send({"type": "http.response.body", "body": b"{", "more_body": True})
        return True
    status, headers, body = answer(fault.kind, service, operation, account)
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
    return True
