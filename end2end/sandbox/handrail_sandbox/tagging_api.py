"""The tagging API over everything a stack of Handrail's tags: the emulator lists a few services only."""

import re

from ministack.core.responses import get_account_id, get_region
from ministack.services import alb, cloudwatch, cloudwatch_logs, ec2, ecs, rds, secretsmanager, tagging

EC2_TYPES = {
    "eipalloc": "elastic-ip",
    "igw": "internet-gateway",
    "lt": "launch-template",
    "nat": "natgateway",
    "rtb": "route-table",
    "sg": "security-group",
    "subnet": "subnet",
    "vpc": "vpc",
    "vpce": "vpc-endpoint",
}
"""How EC2 names the type in an ARN, by the prefix of the id."""


def _list(tags) -> list[dict]:
    if isinstance(tags, dict):
        return [{"Key": key, "Value": str(value)} for key, value in tags.items()]
    return [{"Key": tag["Key"], "Value": str(tag["Value"])} for tag in tags or []]


def _arn(service: str, resource: str) -> str:
    return f"arn:aws:{service}:{get_region()}:{get_account_id()}:{resource}"


def _in_region(arn: str) -> bool:
    return arn.split(":")[3] == get_region()


def _ec2():
    for resource, tags in ec2._tags.items():
        kind = EC2_TYPES.get(resource.rsplit("-", 1)[0])
        if kind:
            yield _arn("ec2", f"{kind}/{resource}"), _list(tags)


def _balancers():
    for arn, tags in alb._tags.items():
        if _in_region(arn):
            yield arn, _list(tags)


def _databases():
    for instance in rds._instances.values():
        yield instance["DBInstanceArn"], _list(instance.get("TagList"))
    for snapshot in rds._snapshots.values():
        yield snapshot["DBSnapshotArn"], _list(snapshot.get("TagList") or rds._tags.get(snapshot["DBSnapshotArn"]))
    for arn, tags in rds._tags.items():
        if _in_region(arn) and re.search(r":(pg|subgrp):", arn):
            yield arn, _list(tags)


def _secrets():
    for secret in secretsmanager._secrets.values():
        if not secret.get("DeletedDate"):
            yield secret["ARN"], _list(secret.get("Tags"))


def _logs():
    for name, group in cloudwatch_logs._log_groups.items():
        yield _arn("logs", f"log-group:{name}"), _list(group.get("tags"))


def _alarms():
    for arn, tags in cloudwatch._resource_tags.items():
        if _in_region(arn):
            yield arn, _list(tags)


def _ecs(listed):
    """The emulator keeps the tags of what was deleted; AWS forgets them after a while."""

    def living():
        services = {
            service["serviceArn"] for service in ecs._services.values() if service.get("status") == "ACTIVE"
        }
        definitions = {
            definition["taskDefinitionArn"]
            for definition in ecs._task_defs.values()
            if definition.get("status", "ACTIVE") == "ACTIVE"
        }
        for arn, tags in listed():
            kind = arn.split(":")[5].partition("/")[0]
            if (kind == "service" and arn not in services) or (kind == "task-definition" and arn not in definitions):
                continue
            yield arn, tags

    return living


def install() -> None:
    """Adds the missing services to the emulator's tagging API."""
    tagging._COLLECTORS.update(
        ecs=_ecs(tagging._COLLECTORS["ecs"]),
        ec2=_ec2,
        elasticloadbalancing=_balancers,
        rds=_databases,
        secretsmanager=_secrets,
        logs=_logs,
        cloudwatch=_alarms,
    )
