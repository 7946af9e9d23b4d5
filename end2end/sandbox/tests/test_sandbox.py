"""What a console sees of the sandbox: stacks, faults, targets, probes and a restart."""

import datetime
import hashlib
import json
import os
import time
import unittest
import urllib.error
import urllib.request

from botocore.exceptions import ClientError, ConnectionError, HTTPClientError, ReadTimeoutError

from .play import environment, small
from .theatre import Sandbox, listens, outputs, wait_for


class WithSandbox(unittest.TestCase):
    """One sandbox for the tests of a class; reset between them."""

    @classmethod
    def setUpClass(cls):
        cls.sandbox = Sandbox()
        cls.addClassCleanup(cls.sandbox.close)

    def tearDown(self):
        self.sandbox.say("reset")

    def log_groups(self) -> set[str]:
        return {group["logGroupName"] for group in self.sandbox.client("logs").describe_log_groups()["logGroups"]}


class Environment(WithSandbox):
    """The whole life of an environment's stack."""

    def healthy(self, group: str) -> bool:
        targets = self.sandbox.client("elbv2").describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]
        return [target["TargetHealth"]["State"] for target in targets] == ["healthy"]

    def test_life(self):
        sandbox = self.sandbox
        stack_id = sandbox.create(environment())
        stack = sandbox.settle(stack_id)
        self.assertEqual("CREATE_COMPLETE", stack["StackStatus"], sandbox.events(stack_id))
        told = outputs(stack)
        self._check_events(sandbox.events(stack_id))
        self._check_database(told["DatabaseId"])
        wait_for("a healthy target", lambda: self.healthy(told["TargetGroupArn"]))
        self._check_probe(told)
        self._check_stop_and_start(told)
        self._check_tags(told)
        self._check_log(told["LogGroupName"])
        self._check_metrics(told)
        sandbox.client("cloudformation").delete_stack(StackName=stack_id)
        self.assertEqual("DELETE_COMPLETE", sandbox.settle(stack_id)["StackStatus"])
        skipped = {e["LogicalResourceId"] for e in sandbox.events(stack_id) if e["ResourceStatus"] == "DELETE_SKIPPED"}
        self.assertEqual({"Bucket", "FileSystem"}, skipped)
        buckets = [bucket["Name"] for bucket in sandbox.client("s3").list_buckets()["Buckets"]]
        self.assertIn(told["BucketName"], buckets)
        snapshots = sandbox.client("rds").describe_db_snapshots(DBInstanceIdentifier=told["DatabaseId"])["DBSnapshots"]
        self.assertEqual(["manual"], [snapshot["SnapshotType"] for snapshot in snapshots])
        self.assertEqual(502, sandbox.probe(told["Address"] + "/ready")[0])
        kept = {arn.split(":")[2] for arn in self._tagged()}
        self.assertEqual({"s3", "elasticfilesystem", "rds"}, kept, self._tagged())

    def _update(self, stack: str, template: dict, name: str) -> list[dict]:
        """Makes a change set and executes it; its changes, once the stack rests."""
        cloudformation = self.sandbox.client("cloudformation")
        cloudformation.create_change_set(
            StackName=stack, ChangeSetName=name, ChangeSetType="UPDATE", TemplateBody=json.dumps(template),
            Capabilities=["CAPABILITY_NAMED_IAM"],
        )
        described = cloudformation.describe_change_set(StackName=stack, ChangeSetName=name)
        cloudformation.execute_change_set(StackName=stack, ChangeSetName=name, ClientRequestToken=name)
        self.sandbox.settle(stack)
        return [change["ResourceChange"] for change in described["Changes"]]

    def test_update(self):
        sandbox = self.sandbox
        stack = sandbox.settle(sandbox.create(environment()))
        name, told = stack["StackName"], outputs(stack)
        wait_for("a healthy target", lambda: self.healthy(told["TargetGroupArn"]))
        larger = environment()
        larger["Resources"]["TaskDefinition"]["Properties"]["Cpu"] = "4096"
        larger["Resources"]["TaskDefinition"]["Properties"]["Memory"] = "16384"
        changes = {change["LogicalResourceId"]: change["Replacement"] for change in self._update(name, larger, "larger")}
        # CloudFormation says "True" of a task definition; the emulator does not know the type that well.
        self.assertEqual("Conditional", changes["TaskDefinition"], changes)
        self.assertIn("Service", changes)
        self.assertNotIn("Vpc", changes)
        self.assertEqual("UPDATE_COMPLETE", sandbox.stack(name)["StackStatus"], sandbox.events(name))
        touched = {e["LogicalResourceId"] for e in sandbox.events(name) if e.get("ClientRequestToken") == "larger"}
        self.assertEqual({"TaskDefinition", "Service", stack["StackName"]}, touched)
        wait_for("one healthy target again", lambda: self.healthy(told["TargetGroupArn"]))
        task = sandbox.client("ecs").describe_services(cluster=told["ClusterName"], services=[told["ServiceName"]])
        self.assertEqual([1, 1], [task["services"][0][count] for count in ("desiredCount", "runningCount")])

        # A change that fails is undone; where another one cannot be undone, the stack is stuck.
        sandbox.say("fail-resource", "Service", "1")
        self._update(name, environment(), "back")
        self.assertEqual("UPDATE_ROLLBACK_COMPLETE", sandbox.stack(name)["StackStatus"])
        sandbox.say("fail-resource", "Service")
        sandbox.say("fail-resource", "LogGroup", "--undo")
        longer = environment()
        longer["Resources"]["LogGroup"]["Properties"]["RetentionInDays"] = 90
        self._update(name, longer, "again")
        self.assertEqual("UPDATE_ROLLBACK_FAILED", sandbox.stack(name)["StackStatus"], sandbox.events(name)[-8:])
        sandbox.client("cloudformation").continue_update_rollback(StackName=name)
        wait_for("the stack's rest", lambda: sandbox.stack(name)["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE")

        # The desired count is not the template's: a paused service stays paused.
        ecs, service = sandbox.client("ecs"), {"cluster": told["ClusterName"], "service": told["ServiceName"]}
        ecs.update_service(**service, desiredCount=0)
        wait_for("the end of the tasks", lambda: not ecs.list_tasks(cluster=told["ClusterName"])["taskArns"])
        self._update(name, environment(), "paused")
        self.assertEqual("UPDATE_COMPLETE", sandbox.stack(name)["StackStatus"])
        self.assertEqual([], ecs.list_tasks(cluster=told["ClusterName"])["taskArns"])

    def _check_events(self, events):
        begun, done = {}, {}
        for place, event in enumerate(events):
            self.assertIsInstance(event["Timestamp"], datetime.datetime)
            name = event["LogicalResourceId"]
            if event["ResourceStatus"] == "CREATE_IN_PROGRESS":
                begun.setdefault(name, place)
            elif event["ResourceStatus"] == "CREATE_COMPLETE":
                done[name] = place
        self.assertEqual(begun.keys(), done.keys())
        self.assertLessEqual(set(environment()["Resources"]), done.keys())
        self.assertLess(done["Vpc"], begun["Database"])
        self.assertLess(done["Cluster"], begun["Service"])

    def _check_database(self, identifier):
        found = self.sandbox.client("rds").describe_db_instances(DBInstanceIdentifier=identifier)["DBInstances"][0]
        secret = self.sandbox.client("secretsmanager").get_secret_value(SecretId=found["MasterUserSecret"]["SecretArn"])
        self.assertIn('"username": "handrail"', secret["SecretString"])

    def _check_probe(self, told):
        status, headers, body = self.sandbox.probe(told["Address"] + "/ready")
        self.assertEqual((200, b'{"status":"ready","sandbox":"simulated"}'), (status, body))
        self.assertEqual("simulated", headers["x-handrail-sandbox"])
        self.assertEqual(502, self.sandbox.probe("http://nobody.elb.amazonaws.com/ready")[0])
        self.sandbox.say("unhealthy", told["ClusterName"])
        self.assertFalse(self.healthy(told["TargetGroupArn"]))
        self.assertEqual(503, self.sandbox.probe(told["Address"] + "/ready")[0])
        self.sandbox.say("unhealthy", told["ClusterName"], "off")
        self.assertTrue(self.healthy(told["TargetGroupArn"]))

    def _check_stop_and_start(self, told):
        ecs = self.sandbox.client("ecs")
        service = {"cluster": told["ClusterName"], "service": told["ServiceName"]}
        ecs.update_service(**service, desiredCount=0)
        wait_for("the end of the tasks", lambda: not ecs.list_tasks(cluster=told["ClusterName"])["taskArns"])
        self.assertEqual(503, self.sandbox.probe(told["Address"] + "/ready")[0])
        ecs.update_service(**service, desiredCount=1)
        wait_for("a healthy target again", lambda: self.healthy(told["TargetGroupArn"]))

    def _tagged(self) -> list[str]:
        value = next(
            tag["Value"] for tag in environment()["Resources"]["Vpc"]["Properties"]["Tags"]
            if tag["Key"] == "handrail:environment"
        )
        pages = self.sandbox.client("resourcegroupstaggingapi").get_paginator("get_resources").paginate(
            TagFilters=[{"Key": "handrail:environment", "Values": [value]}]
        )
        return [entry["ResourceARN"] for page in pages for entry in page["ResourceTagMappingList"]]

    def _check_tags(self, told):
        arns = self._tagged()
        for part in (":vpc/", ":natgateway/", ":db:", ":secret:", ":loadbalancer/", ":file-system/", ":log-group:",
                     told["BucketName"], ":cluster/", ":alarm:", ":targetgroup/"):
            self.assertTrue(any(part in arn for arn in arns), f"{part} not in {arns}")

    def _check_log(self, group):
        logs = self.sandbox.client("logs")
        lines = wait_for("a log line", lambda: logs.filter_log_events(logGroupName=group)["events"])
        self.assertIn("started by the sandbox", lines[0]["message"])
        wait_for("a request in the log", lambda: logs.filter_log_events(logGroupName=group, filterPattern='"HTTP/1.1\\" 200"')["events"])
        pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group, PaginationConfig={"PageSize": 3, "MaxItems": 7})
        self.assertEqual([len(page["events"]) for page in pages], [3, 3, 1])
        either = logs.filter_log_events(logGroupName=group, filterPattern='?"startup." ?"no such text"')["events"]
        self.assertEqual({event["message"] for event in either}, {"INFO:     Waiting for application startup."})
        with self.assertRaisesRegex(logs.exceptions.ResourceNotFoundException, "log stream"):
            logs.filter_log_events(logGroupName=group, logStreamNames=["no/such/stream"])


    def _points(self, namespace, name, statistic, dimensions, period=60, before=4 * 3600):
        query = {
            "Id": "q", "MetricStat": {
                "Metric": {
                    "Namespace": namespace, "MetricName": name,
                    "Dimensions": [{"Name": key, "Value": value} for key, value in dimensions.items()],
                },
                "Period": period, "Stat": statistic,
            },
        }
        now = time.time()
        answer = self.sandbox.client("cloudwatch").get_metric_data(
            MetricDataQueries=[query], StartTime=now - before, EndTime=now
        )
        return answer["MetricDataResults"][0]["Values"]

    def _check_metrics(self, told):
        service = {"ClusterName": told["ClusterName"], "ServiceName": told["ServiceName"]}
        balancer = {"LoadBalancer": told["LoadBalancerArn"].split(":loadbalancer/")[1]}
        targets = balancer | {"TargetGroup": told["TargetGroupArn"].split(":")[-1]}
        database = {"DBInstanceIdentifier": told["DatabaseId"]}
        bucket = {"BucketName": told["BucketName"], "StorageType": "StandardStorage"}
        cpu = wait_for("three hours of CPU", lambda: self._points("AWS/ECS", "CPUUtilization", "Average", service))
        self.assertGreaterEqual(len(cpu), 180)
        self.assertTrue(all(0 < value < 100 for value in cpu), cpu)
        self.assertEqual({1.0}, set(self._points("ECS/ContainerInsights", "RunningTaskCount", "Average", service)[-5:]))
        self.assertEqual({1.0}, set(self._points("AWS/ApplicationELB", "HealthyHostCount", "Minimum", targets)[-5:]))
        spread = [self._points("AWS/ApplicationELB", "TargetResponseTime", p, targets) for p in ("p50", "p95", "p99")]
        self.assertTrue(all(0 < half <= most <= all_but_one for half, most, all_but_one in zip(*spread)))
        self.assertLess(len(spread[0]), 190, "minutes without requests have no latency")
        self.assertGreater(sum(self._points("AWS/ApplicationELB", "RequestCount", "Sum", targets)), 1000)
        for name in ("CPUUtilization", "DatabaseConnections", "FreeStorageSpace", "ReadLatency", "WriteLatency"):
            self.assertTrue(self._points("AWS/RDS", name, "Average", database), name)
        self.assertEqual(13, len(self._points("AWS/S3", "BucketSizeBytes", "Average", bucket, 86400, 15 * 86400)))


class Stacks(WithSandbox):
    """CloudFormation's special ways."""

    def test_retained_resources_stay(self):
        stack = self.sandbox.create(small())
        self.sandbox.settle(stack)
        self.sandbox.client("cloudformation").delete_stack(StackName=stack)
        self.sandbox.settle(stack)
        self.assertEqual({"/play/kept"}, self.log_groups())

    def test_termination_protection(self):
        stack = self.sandbox.create(small(), EnableTerminationProtection=True)
        self.sandbox.settle(stack)
        cloudformation = self.sandbox.client("cloudformation")
        with self.assertRaisesRegex(ClientError, "TerminationProtection"):
            cloudformation.delete_stack(StackName=stack)
        cloudformation.update_termination_protection(StackName=stack, EnableTerminationProtection=False)
        cloudformation.delete_stack(StackName=stack)
        self.assertEqual("DELETE_COMPLETE", self.sandbox.settle(stack)["StackStatus"])

    def test_a_failing_resource_rolls_back(self):
        self.sandbox.say("fail-resource", "Last")
        stack = self.sandbox.create(small())
        self.assertEqual("ROLLBACK_COMPLETE", self.sandbox.settle(stack)["StackStatus"])
        failed = [event for event in self.sandbox.events(stack) if event["ResourceStatus"] == "CREATE_FAILED"]
        self.assertEqual(["Last"], [event["LogicalResourceId"] for event in failed])
        self.assertIn("asked to let this fail", failed[0]["ResourceStatusReason"])
        self.assertNotIn("/play/gone", self.log_groups())
        again = self.sandbox.create({"Resources": {"Last": {"Type": "AWS::Logs::LogGroup"}}}, name="again")
        self.assertEqual("CREATE_COMPLETE", self.sandbox.settle(again)["StackStatus"], "it was to fail once only")

    def test_accounts_are_apart(self):
        self.sandbox.settle(self.sandbox.create(small()))
        other = self.sandbox.client("cloudformation", account="444455556666")
        self.assertEqual([], other.describe_stacks()["Stacks"])


class Faults(WithSandbox):
    """What a fault looks like to an AWS SDK, protocol by protocol."""

    CALLS = {
        "cloudformation": ("describe_stacks", {}),
        "ecs": ("list_clusters", {}),
        "ec2": ("describe_vpcs", {}),
        "s3": ("list_buckets", {}),
        "efs": ("describe_file_systems", {}),
        "secretsmanager": ("list_secrets", {}),
        "cloudwatch": ("list_metrics", {}),
    }

    def call(self, service, **config):
        name, arguments = self.CALLS[service]
        return getattr(self.sandbox.client(service, **config), name)(**arguments)

    def failure(self, service):
        with self.assertRaises(ClientError) as caught:
            self.call(service)
        return caught.exception.response

    def test_codes_per_protocol(self):
        expected = {
            "throttle": {
                "cloudformation": "Throttling", "ecs": "ThrottlingException", "ec2": "RequestLimitExceeded",
                "s3": "SlowDown", "efs": "ThrottlingException", "secretsmanager": "ThrottlingException",
                "cloudwatch": "Throttling",
            },
            "denied": {
                "cloudformation": "AccessDenied", "ecs": "AccessDeniedException", "ec2": "UnauthorizedOperation",
                "s3": "AccessDenied", "efs": "AccessDeniedException", "secretsmanager": "AccessDeniedException",
                "cloudwatch": "AccessDenied",
            },
        }
        for kind, codes in expected.items():
            self.sandbox.say("fault", kind, "all", "30s")
            for service, code in codes.items():
                with self.subTest(kind=kind, service=service):
                    response = self.failure(service)
                    self.assertEqual(code, response["Error"]["Code"])
                    self.assertRegex(response["ResponseMetadata"]["RequestId"], "^[0-9a-f-]{36}$")
            self.sandbox.say("fault", "clear")
        for service in self.CALLS:
            self.call(service)

    def test_one_operation_of_one_service(self):
        self.sandbox.say("fault", "error", "cloudformation:DescribeStacks", "30s")
        self.assertEqual(500, self.failure("cloudformation")["ResponseMetadata"]["HTTPStatusCode"])
        self.sandbox.client("cloudformation").list_stacks()
        self.call("ecs")
        told = self.sandbox.say("fault", "list")["faults"]
        self.assertEqual([("error", "cloudformation:DescribeStacks", 1)], [(f["kind"], f["target"], f["hits"]) for f in told])

    def test_calls_are_counted(self):
        count = lambda: self.sandbox.say("status")["calls"].get("ecs:ListClusters", 0)
        before = count()
        self.call("ecs")
        self.assertEqual(1, count() - before)

    def test_a_fault_ends_by_itself(self):
        self.sandbox.say("fault", "denied", "ecs", "700ms")
        self.failure("ecs")
        time.sleep(0.8)
        self.call("ecs")

    def test_hang_and_reset(self):
        self.sandbox.say("fault", "hang", "ecs", "30s")
        with self.assertRaises(ReadTimeoutError):
            self.call("ecs", read_timeout=1)
        self.sandbox.say("fault", "clear")
        self.sandbox.say("fault", "reset", "ecs", "30s")
        with self.assertRaises((ConnectionError, HTTPClientError)):
            self.call("ecs")


class Images(WithSandbox):
    """The registry that images come from, and ECR's scans."""

    def ask(self, path: str, token: str | None = "sandbox-token", **headers) -> tuple[int, dict, bytes]:
        more = {"authorization": f"Bearer {token}"} if token else {}
        request = urllib.request.Request(self.sandbox.ready["registry"] + path, headers={**more, **headers})
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, dict(answer.headers), answer.read()
        except urllib.error.HTTPError as problem:
            with problem:
                return problem.code, dict(problem.headers), problem.read()

    def test_images_are_whole_unless_told_otherwise(self):
        status, headers, _ = self.ask("/v2/openhands/agent-canvas/tags/list", token=None)
        self.assertEqual(401, status)
        self.assertIn("/token", headers["www-authenticate"])
        path = "/v2/openhands/agent-canvas"
        self.assertIn("1.25.0", json.loads(self.ask(f"{path}/tags/list")[2])["tags"])
        index = json.loads(self.ask(f"{path}/manifests/1.25.0")[2])
        image = json.loads(self.ask(f"{path}/manifests/{index['manifests'][0]['digest']}")[2])
        layer = image["layers"][0]
        content = self.ask(f"{path}/blobs/{layer['digest']}")[2]
        self.assertEqual(layer["digest"], "sha256:" + hashlib.sha256(content).hexdigest())
        status, headers, part = self.ask(f"{path}/blobs/{layer['digest']}", range="bytes=10-19")
        self.assertEqual((206, content[10:20]), (status, part))
        self.assertEqual(404, self.ask(f"{path}/manifests/9.9.9")[0])
        self.sandbox.say("corrupt-image", "openhands/agent-canvas")
        self.assertNotEqual(content, self.ask(f"{path}/blobs/{layer['digest']}")[2])

    def test_what_was_pushed_is_scanned(self):
        ecr = self.sandbox.client("ecr")
        ecr.create_repository(repositoryName="handrail/play")
        pushed = ecr.put_image(repositoryName="handrail/play", imageManifest="{}", imageTag="1")["image"]["imageId"]
        told = ecr.describe_image_scan_findings(repositoryName="handrail/play", imageId={"imageDigest": pushed["imageDigest"]})
        self.assertEqual("COMPLETE", told["imageScanStatus"]["status"])
        self.assertIn("findingSeverityCounts", told["imageScanFindings"])
        with self.assertRaises(ClientError) as refused:
            ecr.describe_image_scan_findings(repositoryName="handrail/play", imageId={"imageDigest": "sha256:" + "0" * 64})
        self.assertEqual("ImageNotFoundException", refused.exception.response["Error"]["Code"])


class Restart(unittest.TestCase):
    """What a sandbox finds again after it was killed."""

    def test_everything_is_there_after_kill(self):
        sandbox = Sandbox()
        self.addCleanup(sandbox.close)
        stack = sandbox.create(environment())
        told = outputs(sandbox.settle(stack))
        before = len(sandbox.events(stack))
        time.sleep(4)  # longer than the pause between two saves
        sandbox.kill()
        sandbox.start()
        self.assertEqual("CREATE_COMPLETE", sandbox.stack(stack)["StackStatus"])
        self.assertEqual(before, len(sandbox.events(stack)))
        wait_for("an answer again", lambda: sandbox.probe(told["Address"] + "/ready")[0] == 200)
        sandbox.client("cloudformation").delete_stack(StackName=stack)
        self.assertEqual("DELETE_COMPLETE", sandbox.settle(stack)["StackStatus"])

    def test_an_unfinished_creation_is_rolled_back(self):
        sandbox = Sandbox(speed=1)
        self.addCleanup(sandbox.close)
        stack = sandbox.create(environment())
        wait_for("the network", lambda: any(
            event["LogicalResourceId"] == "Vpc" and event["ResourceStatus"] == "CREATE_COMPLETE"
            for event in sandbox.events(stack)
        ))
        time.sleep(4)  # longer than the pause between two saves
        self.assertEqual("CREATE_IN_PROGRESS", sandbox.stack(stack)["StackStatus"])
        sandbox.kill()
        sandbox.start()
        self.assertEqual("ROLLBACK_COMPLETE", sandbox.settle(stack)["StackStatus"])
        vpcs = sandbox.client("ec2").describe_vpcs(Filters=[{"Name": "is-default", "Values": ["false"]}])["Vpcs"]
        self.assertEqual([], vpcs)


@unittest.skipUnless(os.environ.get("HANDRAIL_AGENT_PYTHON"), "HANDRAIL_AGENT_PYTHON names no Python with the agent server")
class RealAgent(unittest.TestCase):
    """The agent server itself behind the probe proxy."""

    def test_it_answers_and_ends_with_a_killed_sandbox(self):
        sandbox = Sandbox(agent_python=os.environ["HANDRAIL_AGENT_PYTHON"])
        self.addCleanup(sandbox.close)
        told = outputs(sandbox.settle(sandbox.create(environment())))
        wait_for("an answer", lambda: sandbox.probe(told["Address"] + "/ready")[0] == 200)
        status, headers, body = sandbox.probe(told["Address"] + "/server_info")
        self.assertEqual(200, status)
        self.assertNotIn("x-handrail-sandbox", headers)
        self.assertEqual(sandbox.ready["backend"], f"openhands-agent-server {json.loads(body)['version']}")
        port = next(iter(sandbox.say("status")["agents"].values()))
        sandbox.kill()
        wait_for("the end of the agent server", lambda: not listens(port))


if __name__ == "__main__":
    unittest.main()
