"""Plays what runs inside AWS without anybody's call: tasks that start and stop, targets that get healthy, log lines, metrics."""

import asyncio
import collections
import dataclasses
import fnmatch
import json
import logging
import secrets
import time
import urllib.request
from xml.sax.saxutils import escape

from ministack.core.responses import get_account_id, get_region, request_scope
from ministack.services import alb, ecs

from .hosts import follow_tasks
from .log_writer import LogWriter
from .meter import Meter
from .settings import HOST, Settings

SECONDS_TO_START_A_TASK = 5.0

log = logging.getLogger("handrail_sandbox.driver")


@dataclasses.dataclass(frozen=True)
class Service:
    """An ECS service as the driver names it."""

    account: str
    region: str
    cluster: str
    name: str

    def __str__(self) -> str:
        return f"{self.account}-{self.region}-{self.cluster}-{self.name}"


def _has_path(rule: dict, path: str) -> bool:
    patterns = [value for one in rule["Conditions"] if one["Field"] == "path-pattern" for value in one["Values"]]
    return any(fnmatch.fnmatchcase(path, pattern) for pattern in patterns)


class Driver:
    """Drives every ECS service of the emulator."""

    def __init__(self, settings: Settings, backends):
        self.settings = settings
        self.backends = backends
        self.unhealthy: set[str] = set()
        self.logs = LogWriter(settings.seconds, self._call)
        self._pending: dict[str, float] = {}
        self.meter = Meter(self, self._call)

    def install(self) -> None:
        """Takes over how tasks start, and what target groups say of them."""
        run_task = ecs._run_task

        def run_slowly(data):
            before = set(ecs._tasks)
            answer = run_task(data)
            for arn in set(ecs._tasks) - before:
                self._hold(arn, ecs._tasks[arn])
            self._recount(ecs._resolve_cluster_name(data.get("cluster", "default")), data.get("group", ""))
            return answer

        ecs._run_task = run_slowly
        for table in vars(ecs).values():
            if isinstance(table, dict) and table.get("RunTask") is run_task:
                table["RunTask"] = run_slowly
        alb._ACTION_MAP["DescribeTargetHealth"] = self._describe_target_health

    def _hold(self, arn: str, task: dict) -> None:
        """A task just launched is pending, with an address of its own."""
        task.update(lastStatus="PENDING", startedAt=None, healthStatus="UNKNOWN", _startup_stable=True)
        for container in task["containers"]:
            container["lastStatus"] = "PENDING"
        address = f"10.{secrets.randbelow(256)}.{secrets.randbelow(256)}.{4 + secrets.randbelow(250)}"
        task["attachments"] = [
            {
                "id": secrets.token_hex(16),
                "type": "ElasticNetworkInterface",
                "status": "ATTACHED",
                "details": [{"name": "privateIPv4Address", "value": address}],
            }
        ]
        self._pending[arn] = time.monotonic() + self.settings.seconds(SECONDS_TO_START_A_TASK)

    def _recount(self, cluster: str, group: str) -> None:
        """Counts again after tasks were held: the emulator had taken them for running, and the deployment for done."""
        ecs._recount_cluster(cluster)
        ecs._refresh_service_state(cluster, group)
        service = ecs._services.get(f"{cluster}/{group.partition(':')[2]}")
        primary = ecs._primary_deployment(service) if service else None
        if primary is not None and primary.get("runningCount", 0) < service.get("desiredCount", 0):
            primary.update(rolloutState="IN_PROGRESS", rolloutStateReason="ECS deployment in progress.")

    async def run(self) -> None:
        """Goes on until cancelled."""
        while True:
            await asyncio.sleep(min(0.5, self.settings.seconds(0.5)))
            try:
                await self._step()
            except Exception:
                log.exception("one step failed")

    async def _step(self) -> None:
        now = time.monotonic()
        for (account, region, arn), task in list(ecs._tasks.all_items()):
            if task.get("lastStatus") == "PENDING" and self._pending.get(arn, 0.0) <= now:
                with request_scope(account, region):
                    self._start(arn, task)
        follow_tasks()
        running = self.running()
        await self.backends.keep({str(service): service for service in running})
        if self.logs.is_due():
            for service, task in self._running_tasks():
                await asyncio.to_thread(self.logs.go_on, service, task["taskArn"], task["taskDefinitionArn"])
        await self.meter.step()

    def _start(self, arn: str, task: dict) -> None:
        self._pending.pop(arn, None)
        for container in task["containers"]:
            container["lastStatus"] = "RUNNING"
        ecs._mark_task_running(arn, task)
        task["_startup_stable"] = True
        cluster = ecs._cluster_name_from_arn(task["clusterArn"])
        kind, _, name = task.get("group", "").partition(":")
        if kind == "service":
            ecs._complete_service_deployment(cluster, f"{cluster}/{name}")
            service = Service(get_account_id(), get_region(), cluster, name)
            asyncio.get_running_loop().run_in_executor(None, self.logs.begin, service, arn, task["taskDefinitionArn"])

    def _running_tasks(self):
        """The running tasks of services."""
        for (account, region, _), task in list(ecs._tasks.all_items()):
            kind, _, name = task.get("group", "").partition(":")
            if kind == "service" and task.get("lastStatus") == "RUNNING":
                yield Service(account, region, task["clusterArn"].rsplit("/", 1)[-1], name), task

    def running(self) -> list[Service]:
        """The services with a running task."""
        return list(self.running_tasks())

    def running_tasks(self) -> dict[Service, int]:
        """How many tasks run of each service of which some do."""
        return collections.Counter(service for service, _ in self._running_tasks())

    def service_of(self, target_group: str) -> Service | None:
        """The service that registers its tasks with a target group."""
        for (account, region, key), service in list(ecs._services.all_items()):
            if any(entry.get("targetGroupArn") == target_group for entry in service.get("loadBalancers") or []):
                cluster, _, name = key.partition("/")
                return Service(account, region, cluster, name)
        return None

    def set_unhealthy(self, environment: str, on: bool) -> None:
        """Lets health checks fail for environments whose cluster's or service's name contains the word."""
        if on:
            self.unhealthy.add(environment)
        else:
            self.unhealthy.discard(environment)

    def health(self, service: Service | None) -> tuple[str, str, str]:
        """State of its targets, with reason and description as Elastic Load Balancing words them."""
        if service is None:
            return "unused", "Target.NotInUse", "Target group is not configured to receive traffic from the load balancer"
        if any(word in service.cluster or word in service.name for word in self.unhealthy):
            return "unhealthy", "Target.ResponseCodeMismatch", "Health checks failed with these codes: [503]"
        if not self.backends.answers(str(service)):
            return "initial", "Elb.InitialHealthChecking", "Initial health checks in progress"
        return "healthy", "", ""

    def route(self, host: str) -> tuple[bool, Service | None]:
        """Whether a load balancer has this DNS name, and the service behind it if a target is healthy."""
        for (_, _, arn), balancer in list(alb._lbs.all_items()):
            if balancer.get("DNSName", "").lower() != host.lower():
                continue
            for (_, _, group_arn), group in list(alb._tgs.all_items()):
                if arn not in (group.get("LoadBalancerArns") or []) and not self._forwards(arn, group_arn):
                    continue
                service = self.service_of(group_arn)
                if service in self.running() and self.health(service)[0] == "healthy":
                    return True, service
            return True, None
        return False, None

    def passes(self, host: str, path: str) -> bool:
        """Whether the load balancer's HTTP listener forwards this path, by a rule or by default; elsewhere it redirects."""
        balancers = [arn for (_, _, arn), one in list(alb._lbs.all_items()) if one.get("DNSName", "").lower() == host.lower()]
        for (_, _, listener_arn), listener in list(alb._listeners.all_items()):
            if listener.get("LoadBalancerArn") not in balancers or listener.get("Protocol") != "HTTP":
                continue
            rules = [rule for _, rule in list(alb._rules.all_items()) if rule.get("ListenerArn") == listener_arn]
            actions = [action for rule in rules if _has_path(rule, path) for action in rule["Actions"]]
            actions = actions or listener.get("DefaultActions") or []
            return any(action.get("Type") == "forward" for action in actions)
        return True

    def _forwards(self, balancer: str, group: str) -> bool:
        return any(
            listener.get("LoadBalancerArn") == balancer and group in json.dumps(listener, default=str)
            for _, listener in list(alb._listeners.all_items())
        )

    def _describe_target_health(self, params):
        group = alb._p(params, "TargetGroupArn")
        if group not in alb._tgs:
            return alb._error("TargetGroupNotFound", "One or more target groups not found")
        wanted = {target["Id"] for target in alb._parse_targets_param(params)}
        state, reason, description = self.health(self.service_of(group))
        words = f"<State>{state}</State>"
        if reason:
            words += f"<Reason>{reason}</Reason><Description>{escape(description)}</Description>"
        members = "".join(
            f"<member><Target><Id>{target['Id']}</Id><Port>{target.get('Port', 80)}</Port></Target>"
            f"<HealthCheckPort>{target.get('Port', 80)}</HealthCheckPort><TargetHealth>{words}</TargetHealth></member>"
            for target in alb._targets.get(group, [])
            if not wanted or target["Id"] in wanted
        )
        return alb._xml(
            200, "DescribeTargetHealth", f"<TargetHealthDescriptions>{members}</TargetHealthDescriptions>"
        )

    def _call(self, account: str, region: str, api: str, headers: dict[str, str], body: bytes) -> bool:
        """Calls an API of the emulator as an account; false if it did not take it."""
        credential = f"{account}/20260101/{region}/{api}/aws4_request"
        signed = {"authorization": f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host, Signature=0"}
        request = urllib.request.Request(f"http://{HOST}:{self.settings.aws_port}/", body, headers | signed)
        try:
            urllib.request.urlopen(request, timeout=5).close()
        except OSError as problem:
            log.info("%s did not take it: %s", api, problem)
            return False
        return True
