"""Stacks take their time, as they do on AWS, so that progress can be watched; and resources fail when they are told to."""

import threading
import time

from ministack.services.cloudformation import stacks

#: Seconds that a resource takes to be made at speed 1.
SECONDS = {
    "AWS::EC2::VPC": 1.5,
    "AWS::EC2::NatGateway": 4.0,
    "AWS::ECS::Cluster": 1.0,
    "AWS::ECS::Service": 5.0,
    "AWS::EFS::FileSystem": 2.0,
    "AWS::EFS::MountTarget": 1.5,
    "AWS::ElasticLoadBalancingV2::LoadBalancer": 5.0,
    "AWS::IAM::Role": 1.0,
    "AWS::RDS::DBInstance": 8.0,
}
#: Seconds that every other resource takes.
OTHERS = 0.15
#: How much quicker a resource goes than it comes.
GOING = 0.4

_failing: dict[str, int] = {}


def fail(logical_id: str, count: int) -> None:
    """Lets the next resources of this logical id fail."""
    _failing[logical_id] = count


def failing() -> dict[str, int]:
    """What will fail."""
    return dict(_failing)


def install(speed: float) -> None:
    """Makes the emulator's stacks take time."""
    provision, delete = stacks._provision_keeping_seed, stacks._delete_resource

    def off_the_loop() -> bool:
        # A rollback deletes on the event loop: sleeping there would stop the whole emulator.
        return threading.current_thread() is not threading.main_thread()

    def slow_provision(resource_type: str, logical_id: str, props: dict, stack_name: str):
        if off_the_loop():
            time.sleep(SECONDS.get(resource_type, OTHERS) / speed)
        if _failing.get(logical_id, 0) > 0:
            _failing[logical_id] -= 1
            raise ValueError(
                f"Resource handler returned message: \"The maximum number of {resource_type.rpartition('::')[2]} resources "
                "has been reached. (Service: Sandbox, Status Code: 400)\" (HandlerErrorCode: ServiceLimitExceeded)"
            )
        return provision(resource_type, logical_id, props, stack_name)

    def slow_delete(resource_type: str, *rest):
        if off_the_loop():
            time.sleep(SECONDS.get(resource_type, OTHERS) * GOING / speed)
        return delete(resource_type, *rest)

    stacks._provision_keeping_seed = slow_provision
    stacks._delete_resource = slow_delete
    stacks._runs_on_worker_thread = lambda _resource_type: True
