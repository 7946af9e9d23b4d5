"""Goes on with stacks whose operation was cut by the sandbox's own end."""

import asyncio
import logging

from ministack.core.responses import request_scope
from ministack.services import cloudformation
from ministack.services.cloudformation import stacks

REASON = "The sandbox was ended during this operation"

log = logging.getLogger("handrail_sandbox.resume")


def resume() -> None:
    """Continues deletions, and rolls unfinished creations back as CloudFormation does after an internal failure.

    Must run inside the event loop.
    """
    for (account, region, name), stack in list(cloudformation._stacks.all_items()):
        status = stack.get("StackStatus", "")
        with request_scope(account, region):
            if status == "DELETE_IN_PROGRESS":
                asyncio.get_running_loop().create_task(stacks._delete_stack_async(name, stack["StackId"]))
            elif status in ("CREATE_IN_PROGRESS", "ROLLBACK_IN_PROGRESS"):
                operation = stacks._failed_operation(
                    False, None, list(stack.get("_resources", {})), None, None, [], False,
                    stack.get("_template") or {}, stack.get("_resolved_params") or {}, False, stack.get("Tags"), [],
                )
                coroutine = stacks._roll_back_operation(name, stack["StackId"], stack, operation, REASON)
                asyncio.get_running_loop().create_task(coroutine)
            elif status.endswith("_IN_PROGRESS") and status != "REVIEW_IN_PROGRESS":
                stack["StackStatus"] = "UPDATE_ROLLBACK_FAILED"
                stack["StackStatusReason"] = REASON
            else:
                continue
        log.info("%s was %s: taken up again", name, status)
