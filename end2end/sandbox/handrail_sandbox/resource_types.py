"""CloudFormation resource types that the emulator lacks, or plays without something the console relies on."""

import json
import secrets

from ministack.services import ec2, ecs, rds, s3, secretsmanager
from ministack.services.cloudformation import provisioners


def _hex(length: int) -> str:
    return secrets.token_hex(length)[:length]


def _tag(resource: str, properties: dict) -> None:
    tags = properties.get("Tags") or []
    if tags:
        ec2._tags[resource] = [{"Key": tag["Key"], "Value": tag["Value"]} for tag in tags]


def _eip_create(_logical_id, properties, _stack_name):
    allocation = f"eipalloc-{_hex(17)}"
    address = f"198.51.100.{1 + secrets.randbelow(254)}"  # a range reserved for documentation
    ec2._addresses[allocation] = {
        "AllocationId": allocation,
        "PublicIp": address,
        "Domain": properties.get("Domain", "vpc"),
        "AssociationId": None,
        "InstanceId": None,
        "NetworkInterfaceId": None,
        "PrivateIpAddress": None,
    }
    _tag(allocation, properties)
    return address, {"AllocationId": allocation, "PublicIp": address}


def _eip_delete(physical_id, _properties):
    for allocation, address in list(ec2._addresses.items()):
        if address["PublicIp"] == physical_id:
            del ec2._addresses[allocation]
            ec2._tags.pop(allocation, None)


def _nat_create(_logical_id, properties, _stack_name):
    gateway = f"nat-{_hex(17)}"
    subnet = ec2._subnets.get(properties["SubnetId"])
    if subnet is None:
        raise ValueError(f"The subnet ID '{properties['SubnetId']}' does not exist")
    ec2._nat_gateways[gateway] = {
        "NatGatewayId": gateway,
        "SubnetId": properties["SubnetId"],
        "VpcId": subnet["VpcId"],
        "AllocationId": properties.get("AllocationId"),
        "ConnectivityType": properties.get("ConnectivityType", "public"),
        "State": "available",
        "CreateTime": ec2._now_ts(),
        "Tags": properties.get("Tags") or [],
    }
    _tag(gateway, properties)
    return gateway, {"NatGatewayId": gateway}


def _nat_delete(physical_id, _properties):
    ec2._nat_gateways.pop(physical_id, None)
    ec2._tags.pop(physical_id, None)


def _security_rule(direction: str) -> dict:
    """The handlers of a rule that is a resource of its own; `direction` is the key of the group's record."""

    def rules(properties):
        group = ec2._security_groups.get(properties["GroupId"])
        return None if group is None else group.setdefault(direction, [])

    def create(_logical_id, properties, _stack_name):
        held = rules(properties)
        if held is None:
            raise ValueError(f"The security group '{properties['GroupId']}' does not exist")
        held.extend(provisioners._ec2_sg_permissions([properties]))
        identifier = f"sgr-{_hex(17)}"
        return identifier, {"Id": identifier}

    def delete(_physical_id, properties):
        held = rules(properties)
        for rule in provisioners._ec2_sg_permissions([properties]):
            if held and rule in held:
                held.remove(rule)

    return {"create": create, "delete": delete}


def _capacity_create(_logical_id, properties, _stack_name):
    cluster = ecs._clusters.get(properties["Cluster"].rsplit("/", 1)[-1])
    if cluster is None:
        raise ValueError("Cluster not found.")
    cluster["capacityProviders"] = properties.get("CapacityProviders") or []
    return properties["Cluster"], {}


def _capacity_delete(physical_id, _properties):
    cluster = ecs._clusters.get(physical_id.rsplit("/", 1)[-1])
    if cluster is not None:
        cluster["capacityProviders"] = []


def _managed_password(create):
    """RDS keeps the master password in a secret of its own when `ManageMasterUserPassword` is set."""

    def create_with_secret(logical_id, properties, stack_name):
        identifier, attributes = create(logical_id, properties, stack_name)
        if str(properties.get("ManageMasterUserPassword", "false")).lower() != "true":
            return identifier, attributes
        password = secrets.token_urlsafe(24)
        resource = rds._instances[identifier]["DbiResourceId"].lower()
        name = f"rds!{resource}-{_hex(6)}"
        text = json.dumps({"username": properties.get("MasterUsername", "postgres"), "password": password})
        _status, _headers, body = secretsmanager._create_secret({"Name": name, "SecretString": text})
        arn = json.loads(body)["ARN"]
        rds._instances[identifier]["MasterUserSecret"] = {"SecretArn": arn, "SecretStatus": "active"}
        rds._instances[identifier]["_MasterUserPassword"] = password
        return identifier, {**attributes, "MasterUserSecret.SecretArn": arn}

    return create_with_secret


def _with_secret_deleted(delete):
    def delete_with_secret(physical_id, properties):
        secret = (rds._instances.get(physical_id) or {}).get("MasterUserSecret")
        delete(physical_id, properties)
        if secret:
            secretsmanager._delete_secret({"SecretId": secret["SecretArn"], "ForceDeleteWithoutRecovery": True})

    return delete_with_secret


def _database_xml(render):
    """RDS tells the managed secret, which the emulator leaves out."""

    def with_secret(instance):
        secret = instance.get("MasterUserSecret")
        if not secret:
            return render(instance)
        return (
            f"{render(instance)}<MasterUserSecret><SecretArn>{secret['SecretArn']}</SecretArn>"
            f"<SecretStatus>{secret['SecretStatus']}</SecretStatus></MasterUserSecret>"
        )

    return with_secret


def _with_sign_in(actions):
    """The emulator forgets whom a listener of a stack asks to sign in."""

    def with_sign_in(properties, *rest, **named):
        found = actions(properties, *rest, **named)
        given = properties.get(named.get("prop", "DefaultActions")) or []
        for entry, action in zip(found, given, strict=True):
            for key in ("AuthenticateOidcConfig", "AuthenticateCognitoConfig"):
                if key in action:
                    entry[key] = dict(action[key])
        return found

    return with_sign_in


def _tagged_bucket(create):
    """A bucket's tags are kept apart from the bucket; the emulator does not fill them from a template."""

    def create_with_tags(logical_id, properties, stack_name):
        name, attributes = create(logical_id, properties, stack_name)
        if properties.get("Tags"):
            s3._bucket_tags[name] = {tag["Key"]: str(tag["Value"]) for tag in properties["Tags"]}
        return name, attributes

    return create_with_tags


def _tagged_snapshot(identifier, properties):
    """`DeletionPolicy: Snapshot`, with the instance's tags where `CopyTagsToSnapshot` says so."""
    instance = rds._instances.get(identifier)
    if instance is None:
        return
    # The same instance name may come again; a snapshot's name may not.
    snapshot = rds._create_snapshot_internal(f"{identifier}-snapshot-{_hex(12)}", instance)
    if str(properties.get("CopyTagsToSnapshot", "false")).lower() == "true":
        snapshot["TagList"] = list(instance.get("TagList") or [])


def install() -> None:
    """Registers the types with the emulator."""
    handlers = provisioners._RESOURCE_HANDLERS
    handlers["AWS::EC2::EIP"] = {"create": _eip_create, "delete": _eip_delete}
    handlers["AWS::EC2::NatGateway"] = {"create": _nat_create, "delete": _nat_delete}
    handlers["AWS::EC2::SecurityGroupIngress"] = _security_rule("IpPermissions")
    handlers["AWS::EC2::SecurityGroupEgress"] = _security_rule("IpPermissionsEgress")
    handlers["AWS::ECS::ClusterCapacityProviderAssociations"] = {
        "create": _capacity_create,
        "delete": _capacity_delete,
    }
    provisioners._elbv2_listener_actions = _with_sign_in(provisioners._elbv2_listener_actions)
    bucket = handlers["AWS::S3::Bucket"]
    bucket["create"] = _tagged_bucket(bucket["create"])
    database = handlers["AWS::RDS::DBInstance"]
    database["create"] = _managed_password(database["create"])
    database["delete"] = _with_secret_deleted(database["delete"])
    database["snapshot"] = _tagged_snapshot
    rds._instance_xml = _database_xml(rds._instance_xml)
    for resource_type in ("AWS::EC2::EIP", "AWS::EC2::NatGateway"):
        provisioners._STACK_TAG_PROPERTY[resource_type] = ("Tags", "list")
