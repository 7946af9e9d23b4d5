"""Makes CloudFormation take its time: resources are created and deleted one after another, over seconds."""

import asyncio
import collections

from ministack.services.cloudformation import stacks

from .settings import Settings

SECONDS_TO_CREATE = {
    "AWS::RDS::DBInstance": 7.0,
    "AWS::EC2::NatGateway": 4.0,
    "AWS::ElasticLoadBalancingV2::LoadBalancer": 4.0,
    "AWS::ECS::Service": 4.0,
    "AWS::EFS::FileSystem": 1.5,
    "AWS::EFS::MountTarget": 1.0,
    "AWS::IAM::Role": 0.6,
}
"""At speed 1; minutes in AWS. What is slow there is slow here, so that progress looks alike."""

SECONDS_TO_CREATE_OTHERS = 0.22

SECONDS_TO_DELETE = {
    "AWS::RDS::DBInstance": 3.0,
    "AWS::EC2::NatGateway": 1.5,
    "AWS::ECS::Service": 2.0,
    "AWS::ElasticLoadBalancingV2::LoadBalancer": 1.0,
}

SECONDS_TO_DELETE_OTHERS = 0.12


class Stage:
    """The pace of stacks, and the failures asked for."""

    def __init__(self, settings: Settings):
        self.settings = settings
        self.failures: collections.Counter[str] = collections.Counter()

    def install(self) -> None:
        """Takes the emulator's hook for types that run beside its loop, for every type."""
        beside = stacks._runs_on_worker_thread
        run_beside = stacks.run_reentrant

        async def run(function, resource_type, *arguments, **keywords):
            provisioning = function is stacks._provision_keeping_seed
            deleting = function is stacks._delete_resource
            if provisioning:
                await self._pause(SECONDS_TO_CREATE.get(resource_type, SECONDS_TO_CREATE_OTHERS))
                self._fail_if_asked(arguments[0])
            elif deleting:
                await self._pause(SECONDS_TO_DELETE.get(resource_type, SECONDS_TO_DELETE_OTHERS))
            if beside(resource_type):
                return await run_beside(function, resource_type, *arguments, **keywords)
            return function(resource_type, *arguments, **keywords)

        stacks._runs_on_worker_thread = lambda _resource_type: True
        stacks.run_reentrant = run

    async def _pause(self, seconds: float) -> None:
        await asyncio.sleep(self.settings.seconds(seconds))

    def fail(self, logical_id: str, count: int) -> None:
        """Lets the next `count` creations of resources with this logical id fail."""
        self.failures[logical_id] = count

    def _fail_if_asked(self, logical_id: str) -> None:
        if self.failures[logical_id] > 0:
            self.failures[logical_id] -= 1
            raise ValueError(
                "Resource handler returned message: \"The sandbox was asked to let this fail "
                "(Service: Sandbox, Status Code: 400)\" (HandlerErrorCode: InvalidRequest)"
            )
