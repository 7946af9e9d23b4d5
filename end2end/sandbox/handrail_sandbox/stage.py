"""Makes CloudFormation take its time: resources are created, changed and deleted one after another, over seconds."""

import asyncio
import collections

from ministack.core.responses import get_account_id, get_region
from ministack.services.cloudformation import stacks

from .settings import Settings

SECONDS_TO_CREATE = {
    "AWS::RDS::DBInstance": 7.0,
    "AWS::EC2::NatGateway": 4.0,
    "AWS::ElasticLoadBalancingV2::LoadBalancer": 4.0,
    "AWS::ECS::Service": 4.0,
    "AWS::AutoScaling::AutoScalingGroup": 1.0,
    "AWS::EFS::FileSystem": 1.5,
    "AWS::EFS::MountTarget": 1.0,
    "AWS::IAM::Role": 0.6,
}
"""At speed 1; minutes in AWS. What is slow there is slow here, so that progress looks alike."""

SECONDS_TO_CREATE_OTHERS = 0.22

SECONDS_TO_UPDATE = {
    "AWS::RDS::DBInstance": 5.0,
    "AWS::ECS::Service": 3.0,
}
"""Of what really changes; the rest is not touched."""

SECONDS_TO_UPDATE_OTHERS = 0.5

SECONDS_TO_DELETE = {
    "AWS::RDS::DBInstance": 3.0,
    "AWS::EC2::NatGateway": 1.5,
    "AWS::AutoScaling::AutoScalingGroup": 2.0,
    "AWS::ECS::Service": 2.0,
    "AWS::ElasticLoadBalancingV2::LoadBalancer": 1.0,
}

SECONDS_TO_DELETE_OTHERS = 0.12


class Stage:
    """The pace of stacks, and the failures asked for."""

    def __init__(self, settings: Settings):
        self.settings = settings
        self._failures: collections.Counter[str] = collections.Counter()
        # Failures that wait for a change to be undone.
        self._undo_failures: collections.Counter[str] = collections.Counter()
        # Beginnings of changes that may turn out to change nothing, and the resources of which that is known.
        self._held: dict[tuple, tuple] = {}
        self._untouched: set[tuple] = set()

    def install(self) -> None:
        """Takes the emulator's hook for types that run beside its loop, for every type."""
        beside = stacks._runs_on_worker_thread
        run_beside = stacks.run_reentrant

        async def run(function, resource_type, *arguments, **keywords):
            provisioning = function is stacks._provision_keeping_seed
            deleting = function is stacks._delete_resource
            updating = function in (stacks._update_keeping_seed, stacks._update_resource)
            if provisioning:
                await self._pause(SECONDS_TO_CREATE.get(resource_type, SECONDS_TO_CREATE_OTHERS))
                self._fail_if_asked(arguments[0], self._failures)
            elif deleting:
                await self._pause(SECONDS_TO_DELETE.get(resource_type, SECONDS_TO_DELETE_OTHERS))
            elif updating:
                _old_id, before, after, stack_name, logical_id, *_rest = arguments
                if self._is_touched(stack_name, logical_id, before != after):
                    await self._pause(SECONDS_TO_UPDATE.get(resource_type, SECONDS_TO_UPDATE_OTHERS))
                    undoing = function is stacks._update_resource
                    self._fail_if_asked(logical_id, self._undo_failures if undoing else self._failures)
            if beside(resource_type):
                return await run_beside(function, resource_type, *arguments, **keywords)
            return function(resource_type, *arguments, **keywords)

        stacks._runs_on_worker_thread = lambda _resource_type: True
        stacks.run_reentrant = run
        self._add_event = stacks._add_event
        stacks._add_event = self._tell

    def _tell(self, stack_id, stack_name, logical_id, resource_type, status, *more, **named) -> None:
        """Keeps events of resources that an update does not touch to itself: the emulator walks over all of them, CloudFormation does not."""
        key = (get_account_id(), get_region(), stack_name, logical_id)
        event = (stack_id, stack_name, logical_id, resource_type, status)
        beginning = status == "UPDATE_IN_PROGRESS" and resource_type != "AWS::CloudFormation::Stack"
        if beginning and not (more or named.get("reason")):
            self._held[key] = (event, named)
            return
        if status == "UPDATE_COMPLETE" and key in self._untouched:
            self._untouched.discard(key)
            return
        self._release(key)
        self._add_event(*event, *more, **named)

    def _release(self, key: tuple) -> None:
        held = self._held.pop(key, None)
        if held is not None:
            event, named = held
            self._add_event(*event, **named)

    def _is_touched(self, stack_name: str, logical_id: str, differs: bool) -> bool:
        """Tells of the beginning of a change if it is one."""
        key = (get_account_id(), get_region(), stack_name, logical_id)
        if differs:
            self._release(key)
        else:
            self._held.pop(key, None)
            self._untouched.add(key)
        return differs

    async def _pause(self, seconds: float) -> None:
        await asyncio.sleep(self.settings.seconds(seconds))

    def fail(self, logical_id: str, count: int, undo: bool) -> None:
        """Lets the next `count` creations or changes of resources with this logical id fail, or the next times a change is undone."""
        (self._undo_failures if undo else self._failures)[logical_id] = count

    def failing(self) -> dict[str, int]:
        """What is asked to fail still, and how often."""
        undoing = {f"{name} (undone)": count for name, count in self._undo_failures.items() if count}
        return {name: count for name, count in self._failures.items() if count} | undoing

    def forget_failures(self) -> None:
        """Lets everything succeed again."""
        self._failures.clear()
        self._undo_failures.clear()

    def _fail_if_asked(self, logical_id: str, failures: collections.Counter[str]) -> None:
        if failures[logical_id] > 0:
            failures[logical_id] -= 1
            raise ValueError(
                "Resource handler returned message: \"The sandbox was asked to let this fail "
                "(Service: Sandbox, Status Code: 400)\" (HandlerErrorCode: InvalidRequest)"
            )
