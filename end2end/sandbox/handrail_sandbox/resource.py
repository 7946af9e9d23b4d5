"""Resource types and answers that the emulator lacks and Handrail's templates use, put into its registries."""

import ipaddress
import uuid

from ministack.core import responses
from ministack.services import tagging
from ministack.services.cloudformation import provisioners

HANDLERS = provisioners._RESOURCE_HANDLERS

#: What exists of the types below, by account, region and physical id: for the tagging API.
_extra = responses.AccountRegionScopedDict()


def _tags(props: dict) -> list[dict]:
    return [{"Key": one["Key"], "Value": one["Value"]} for one in props.get("Tags") or []]


def _hex() -> str:
    return uuid.uuid4().hex[:17]


def _keep(kind: str, physical_id: str, props: dict) -> None:
    arn = f"arn:aws:ec2:{responses.get_region()}:{responses.get_account_id()}:{kind}/{physical_id}"
    _extra[physical_id] = {"arn": arn, "tags": _tags(props)}


def _address_create(_logical_id: str, props: dict, _stack: str) -> tuple[str, dict]:
    allocation = f"eipalloc-{_hex()}"
    # From a range that is reserved for documentation: nobody can be reached there.
    address = str(ipaddress.ip_address("203.0.113.1") + int(_hex()[:2], 16) % 250)
    _keep("elastic-ip", allocation, props)
    return address, {"AllocationId": allocation, "PublicIp": address}


def _address_delete(_physical_id: str, props: dict) -> None:
    _forget(props)


def _nat_create(_logical_id: str, props: dict, _stack: str) -> tuple[str, dict]:
    nat = f"nat-{_hex()}"
    _keep("natgateway", nat, props)
    return nat, {"NatGatewayId": nat}


def _nat_delete(physical_id: str, _props: dict) -> None:
    _extra.pop(physical_id, None)


def _forget(props: dict) -> None:
    """Removes what carries the same tags: an address is known by its allocation, which its physical id does not tell."""
    wanted = _tags(props)
    for key in [key for key, one in _extra.items() if one["tags"] == wanted and key.startswith("eipalloc-")]:
        _extra.pop(key, None)


def _rule_create(_logical_id: str, _props: dict, _stack: str) -> tuple[str, dict]:
    rule = f"sgr-{_hex()}"
    return rule, {"Id": rule}


def _rule_delete(_physical_id: str, _props: dict) -> None:
    return None


def _add_managed_password() -> None:
    """RDS keeps the master user's password in a secret of its own, which the emulator does not make."""
    database, secret = HANDLERS["AWS::RDS::DBInstance"], HANDLERS["AWS::SecretsManager::Secret"]
    create, delete = database["create"], database["delete"]

    def create_with_secret(logical_id: str, props: dict, stack: str) -> tuple[str, dict]:
        physical_id, attributes = create(logical_id, props, stack)
        if str(props.get("ManageMasterUserPassword", "")).lower() == "true":
            arn, _ = secret["create"](
                f"{logical_id}MasterUser",
                {"Name": f"rds!db-{physical_id}", "GenerateSecretString": {"PasswordLength": 32}, "Tags": props.get("Tags") or []},
                stack,
            )
            attributes = {**attributes, "MasterUserSecret.SecretArn": arn}
            _master[physical_id] = arn
        return physical_id, attributes

    def delete_with_secret(physical_id: str, props: dict) -> None:
        delete(physical_id, props)
        if arn := _master.pop(physical_id, None):
            secret["delete"](arn, {})

    database["create"], database["delete"] = create_with_secret, delete_with_secret


#: The secret of each database's master user.
_master = responses.AccountRegionScopedDict()


def _collect_extra():
    for one in _extra.values():
        yield one["arn"], one["tags"]


def _collect_balancers():
    from ministack.services import alb

    for arn, tags in alb._tags.items():
        if arn in alb._lbs or arn in alb._tgs:
            yield arn, tags


def _collect_databases():
    from ministack.services import rds

    for instance in rds._instances.values():
        yield instance.get("DBInstanceArn", ""), instance.get("TagList") or []


def state() -> dict:
    """What this module remembers, for keeping between runs."""
    return {"extra": dict(_extra._data), "master": dict(_master._data)}


def restore(kept: dict) -> None:
    """Remembers what was kept."""
    _extra._data.update(kept["extra"])
    _master._data.update(kept["master"])


def install() -> None:
    """Puts everything into the emulator's registries."""
    HANDLERS["AWS::EC2::EIP"] = {"create": _address_create, "delete": _address_delete}
    HANDLERS["AWS::EC2::NatGateway"] = {"create": _nat_create, "delete": _nat_delete}
    HANDLERS["AWS::EC2::SecurityGroupEgress"] = {"create": _rule_create, "delete": _rule_delete}
    HANDLERS["AWS::EC2::SecurityGroupIngress"] = {"create": _rule_create, "delete": _rule_delete}
    _add_managed_password()
    tagging._COLLECTORS["ec2"] = _collect_extra
    tagging._COLLECTORS["elasticloadbalancing"] = _collect_balancers
    tagging._COLLECTORS["rds"] = _collect_databases
    tagging._COLLECTORS["secretsmanager"] = tagging._collect_secretsmanager
