"""Load balancers find their targets, as ECS and ELB do on AWS: a running task registers, is initial, then healthy when OpenHands answers."""

import time

from ministack.core import responses
from ministack.services import alb, ecs

#: Seconds for which a new target is `initial` at speed 1.
INITIAL = 6.0

#: Since when each target has been registered.
_since: dict[tuple[str, str], float] = {}
#: Parts of stack names whose OpenHands fails its health check on purpose.
_unhealthy: set[str] = set()


def set_unhealthy(environment: str, on: bool) -> None:
    """Lets an environment's OpenHands fail its health check, or not any more."""
    (_unhealthy.add if on else _unhealthy.discard)(environment)


def unhealthy() -> list[str]:
    """What fails on purpose."""
    return sorted(_unhealthy)


def clear() -> None:
    """Forgets everything."""
    _since.clear()
    _unhealthy.clear()


def _is_unhealthy(cluster: str) -> bool:
    return any(part in cluster for part in _unhealthy)


def _address(task: dict) -> str:
    for attachment in task.get("attachments") or []:
        for detail in attachment.get("details") or []:
            if detail.get("name") == "privateIPv4Address" and detail.get("value"):
                return detail["value"]
    number = int(task["taskArn"][-4:], 16)
    return f"10.64.{128 + number // 256 % 64}.{number % 250 + 4}"


def _services():
    """Every ECS service of every account and region with a load balancer."""
    for (account, region, _key), service in list(ecs._services._data.items()):
        if service.get("loadBalancers"):
            yield account, region, service


def tick() -> None:
    """Brings the target groups up to date with the tasks that run."""
    for account, region, service in _services():
        with responses.request_scope(account, region):
            group = service["loadBalancers"][0].get("targetGroupArn")
            port = service["loadBalancers"][0].get("containerPort", 8000)
            running = [
                task for task in ecs._tasks.values()
                if task.get("lastStatus") == "RUNNING" and task.get("desiredStatus") == "RUNNING"
                and task.get("clusterArn") == service.get("clusterArn")
            ]
            wanted = [{"Id": _address(task), "Port": port} for task in running]
            for one in wanted:
                _since.setdefault((group, one["Id"]), time.monotonic())
            if group in alb._tgs:
                alb._targets[group] = wanted


def _state(group: str, target: dict, cluster: str, healthy: bool, speed: float) -> tuple[str, str, str]:
    """State, reason and description of a target, in ELB's words."""
    age = time.monotonic() - _since.get((group, target["Id"]), time.monotonic())
    if age < INITIAL / speed:
        return "initial", "Elb.RegistrationInProgress", "Target registration is in progress"
    if _is_unhealthy(cluster):
        return "unhealthy", "Target.ResponseCodeMismatch", "Health checks failed with these codes: [503]"
    if not healthy:
        if age < 300 / speed:
            return "initial", "Elb.InitialHealthChecking", "Initial health checks in progress"
        return "unhealthy", "Target.Timeout", "Request timed out"
    return "healthy", "", ""


class Balancers:
    """What the load balancers know of their targets."""

    def __init__(self, agent, speed: float) -> None:
        self._agent, self._speed = agent, speed

    def _cluster(self, group: str) -> str:
        for _account, _region, service in _services():
            if service["loadBalancers"][0].get("targetGroupArn") == group:
                return service.get("clusterArn", "").rpartition("/")[2]
        return ""

    def health(self, group: str, target: dict) -> tuple[str, str, str]:
        return _state(group, target, self._cluster(group), self._agent.healthy(), self._speed)

    def of_host(self, host: str) -> str | None:
        """`healthy` or `unhealthy` for the load balancer of a DNS name, `None` if there is none."""
        for (account, region, arn), balancer in list(alb._lbs._data.items()):
            if balancer.get("DNSName", "").lower() != host.lower():
                continue
            with responses.request_scope(account, region):
                groups = [one["TargetGroupArn"] for one in alb._tgs.values() if arn in (one.get("LoadBalancerArns") or [])]
                groups = groups or [
                    action.get("TargetGroupArn") for listener in alb._listeners.values()
                    if listener.get("LoadBalancerArn") == arn for action in listener.get("DefaultActions") or []
                ]
                targets = [(group, target) for group in groups if group for target in alb._targets.get(group, [])]
                healthy = any(self.health(group, target)[0] == "healthy" for group, target in targets)
            return "healthy" if healthy else "unhealthy"
        return None

    def install(self) -> None:
        """Lets DescribeTargetHealth tell the truth; the emulator calls every target healthy."""
        def describe(params):
            group = alb._p(params, "TargetGroupArn")
            if group not in alb._tgs:
                return alb._error("TargetGroupNotFound", f"Target group '{group}' not found.")
            members = []
            for target in alb._targets.get(group, []):
                state, reason, description = self.health(group, target)
                detail = f"<Reason>{reason}</Reason><Description>{description}</Description>" if reason else ""
                members.append(
                    f"<member><Target><Id>{target['Id']}</Id><Port>{target['Port']}</Port></Target>"
                    f"<TargetHealth><State>{state}</State>{detail}</TargetHealth></member>"
                )
            return alb._xml(
                200, "DescribeTargetHealth", f"<TargetHealthDescriptions>{''.join(members)}</TargetHealthDescriptions>"
            )

        for table in [value for value in vars(alb).values() if isinstance(value, dict)]:
            if table.get("DescribeTargetHealth"):
                table["DescribeTargetHealth"] = describe
        alb._describe_target_health = describe
