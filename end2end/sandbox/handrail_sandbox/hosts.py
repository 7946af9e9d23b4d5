"""EC2 hosts of ECS clusters: capacity providers, and auto scaling groups that follow the tasks as managed scaling does."""

from ministack.core.responses import request_scope
from ministack.services import autoscaling, ecs, iam, ssm
from ministack.services.cloudformation import provisioners

AMI_PARAMETER = "/aws/service/ecs/optimized-ami/amazon-linux-2023/{}recommended/image_id"


def _provider_create(_logical_id, properties, _stack_name):
    group = properties["AutoScalingGroupProvider"]
    if group["AutoScalingGroupArn"].rsplit("/", 1)[-1] not in autoscaling._asgs:
        raise ValueError("The specified Auto Scaling group does not exist.")
    name = properties["Name"]
    tags = [{"key": tag["Key"], "value": tag["Value"]} for tag in properties.get("Tags") or []]
    answer = ecs._create_capacity_provider(
        {"name": name, "autoScalingGroupProvider": provisioners._pascal_to_camel(group), "tags": tags}
    )
    if answer[0] >= 400:
        raise ValueError(f"AWS::ECS::CapacityProvider could not be made: {answer[2]!r}")
    return name, {}


def _provider_delete(physical_id, _properties):
    for cluster in ecs._clusters.values():
        if physical_id in (cluster.get("capacityProviders") or []):
            raise ValueError("The capacity provider cannot be deleted: a cluster is associated with it.")
    ecs._delete_capacity_provider({"capacityProvider": physical_id})


def _group_delete(delete):
    def delete_without_hosts(physical_id, properties):
        """CloudFormation takes a group to zero first, which instances that are protected do not allow."""
        group = autoscaling._asgs.get(physical_id)
        if group and any(instance.get("ProtectedFromScaleIn") for instance in group["Instances"]):
            raise ValueError("The Auto Scaling group has instances that are protected from scale in.")
        delete(physical_id, properties)

    return delete_without_hosts


def _cluster_delete(delete):
    def delete_without_hosts(physical_id, properties):
        """ECS keeps a cluster as long as a host is registered in it."""
        name = physical_id.rsplit("/", 1)[-1]
        providers = ecs._capacity_providers.values()
        for provider in providers:
            group = _group(provider)
            if provider["name"].startswith(name) and group and group["Instances"]:
                raise ValueError("The Cluster cannot be deleted while Container Instances are active or draining.")
        delete(physical_id, properties)

    return delete_without_hosts


def _profile_by_name(handlers: dict) -> None:
    """An instance profile is called by its name; the emulator calls it by its ARN."""
    create, update, delete = handlers["create"], handlers["update"], handlers["delete"]

    def arn(name: str) -> str:
        return (iam._instance_profiles.get(name) or {}).get("Arn", name)

    def name(made):
        return made[0].rpartition("/")[2], made[1]

    handlers["create"] = lambda *given: name(create(*given))
    handlers["update"] = lambda physical_id, *given, **named: name(update(arn(physical_id), *given, **named))
    handlers["delete"] = lambda physical_id, properties: delete(arn(physical_id), properties)


def _group(provider: dict) -> dict | None:
    arn = (provider.get("autoScalingGroupProvider") or {}).get("autoScalingGroupArn", "")
    return autoscaling._asgs.get(arn.rsplit("/", 1)[-1])


def follow_tasks() -> None:
    """Keeps one host where a service of a capacity provider has a task to run, and none where it has not. In AWS the last one stays for
    some fifteen minutes."""
    wanted: dict[tuple, int] = {}
    for (account, region, _), service in list(ecs._services.all_items()):
        if service.get("status") != "ACTIVE":
            continue
        for used in service.get("capacityProviderStrategy") or []:
            key = (account, region, used.get("capacityProvider"))
            wanted[key] = max(wanted.get(key, 0), min(1, service.get("desiredCount", 0)))
    for (account, region, name), provider in list(ecs._capacity_providers.all_items()):
        with request_scope(account, region):
            group = _group(provider)
            count = min(wanted.get((account, region, name), 0), group["MaxSize"]) if group else 0
            if group and group["DesiredCapacity"] != count:
                group["DesiredCapacity"] = count
                autoscaling._reconcile_instances(group)


def install() -> None:
    """Registers the types with the emulator, and the images that AWS publishes."""
    for folder, image in (("", "ami-0ec5ec5ec5ec5x864"), ("arm64/", "ami-0ec5ec5ec5ec5a4m6")):
        ssm._PUBLIC_AMI_PARAMETERS[AMI_PARAMETER.format(folder)] = image
    handlers = provisioners._RESOURCE_HANDLERS
    handlers["AWS::ECS::CapacityProvider"] = {"create": _provider_create, "delete": _provider_delete}
    for resource_type, wrap in (
        ("AWS::AutoScaling::AutoScalingGroup", _group_delete),
        ("AWS::ECS::Cluster", _cluster_delete),
    ):
        handlers[resource_type]["delete"] = wrap(handlers[resource_type]["delete"])
    _profile_by_name(handlers["AWS::IAM::InstanceProfile"])
    provisioners._STACK_TAG_PROPERTY["AWS::ECS::CapacityProvider"] = ("Tags", "list")
