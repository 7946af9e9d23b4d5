"""Measures what exists in the emulator as AWS's services do of themselves, and puts the points into CloudWatch through its API."""

import asyncio
import json
import logging
import math
import random
import time

from ministack.core.responses import request_scope
from ministack.services import alb, cloudwatch, ecs, rds, s3

MINUTE = 60
DAY = 86_400

MINUTES_BEFORE = 180
"""How far back the points of something reach that is seen for the first time."""

DAYS_BEFORE = 13
"""The same for what AWS measures once a day. The emulator drops what is two weeks old."""

SECONDS_KEPT = 6 * 3600
"""The emulator scans and saves all its points again and again: older ones by the minute are forgotten."""

SECONDS_BETWEEN_LOOKS = 1.0
DATA_PER_CALL = 1000
"""PutMetricData takes at most so many."""

LATENCIES = ((0.6, 0.40), (1.0, 0.35), (1.7, 0.18), (3.2, 0.05), (7.5, 0.02))
"""How the answer times of a minute are spread: multiples of the typical one, with their share of the requests."""

log = logging.getLogger("handrail_sandbox.meter")


def _noise(seed: str, moment: int) -> float:
    """From 0 to 1, the same whenever asked."""
    return random.Random(f"{seed}/{moment}").random()


def load(seed: str, moment: int) -> float:
    """How busy an environment is: slow waves of its own, a bustle from minute to minute, and now and then a rush."""
    phase = _noise(seed, 0) * math.tau
    wave = 0.4 + 0.22 * math.sin(moment / 900 + phase) + 0.12 * math.sin(moment / 230 + 2 * phase)
    rush = 0.3 if _noise(seed + "rush", moment // 1020) > 0.86 else 0.0
    return min(1.0, max(0.02, wave + 0.12 * (_noise(seed, moment) - 0.5) + rush))


def _datum(name: str, dimensions: dict, moment: int, value: float, unit: str) -> dict:
    listed = [{"Name": key, "Value": text} for key, text in dimensions.items()]
    return {"MetricName": name, "Dimensions": listed, "Timestamp": moment, "Value": value, "Unit": unit}


def _spread(name: str, dimensions: dict, moment: int, typical: float, count: int) -> dict:
    """Many values at once, so that CloudWatch can tell percentiles."""
    datum = _datum(name, dimensions, moment, 0.0, "Seconds")
    del datum["Value"]
    counts = [max(1, round(share * count)) for _, share in LATENCIES]
    return datum | {"Values": [round(typical * times, 5) for times, _ in LATENCIES], "Counts": counts}


class Meter:
    """Knows up to which moment each thing was measured."""

    def __init__(self, driver, call):
        self.driver = driver
        self._call = call
        self._measured: dict[tuple, int] = {}
        self._next_look = 0.0
        self._next_cleaning = time.monotonic() + 600

    def forget(self) -> None:
        """After a reset nothing was measured."""
        self._measured.clear()

    async def step(self) -> None:
        """Measures every minute that has ended since the last step."""
        now = time.monotonic()
        if now < self._next_look:
            return
        self._next_look = now + SECONDS_BETWEEN_LOOKS
        for key, measure, moments in self._due(int(time.time())):
            if await asyncio.to_thread(self._publish, key, measure, moments):
                self._measured[key] = moments.stop
        if now >= self._next_cleaning:
            self._next_cleaning = now + 600
            self._clean()

    def _due(self, now: int) -> list[tuple]:
        """What is to be published: the key of a thing, how it is measured, and at which moments."""
        minute, midnight = now // MINUTE * MINUTE, now // DAY * DAY
        due = []
        for key, measure, up in self._things():
            daily = key[2] == "AWS/S3"
            step, end = (DAY, midnight) if daily else (MINUTE, minute)
            begin = self._measured.get(key)
            if begin is None and not up:
                continue
            if begin is None:
                begin = self._newest(key, step) or end - step * (DAYS_BEFORE if daily else MINUTES_BEFORE)
            begin = max(begin, end - step * (DAYS_BEFORE if daily else MINUTES_BEFORE))
            if begin < end:
                due.append((key, measure, range(begin, end, step)))
        return due

    def _newest(self, key: tuple, step: int) -> int | None:
        """Up to when something was measured before this process was started."""
        account, region, namespace, name = key
        with request_scope(account, region):
            stamps = [
                points[-1]["Timestamp"] for (space, _, dimensions), points in cloudwatch._metrics.items()
                if space == namespace and points and name in dimensions
            ]
        return int(max(stamps)) + step if stamps else None

    def _things(self) -> list[tuple]:
        """Everything that is measured, with how, and whether it is up: measuring begins with that."""
        found = []
        for (account, region, key), service in list(ecs._services.all_items()):
            if service.get("status") == "INACTIVE":
                continue
            cluster, _, name = key.partition("/")
            running, healthy = self._running(account, region, cluster, name)
            home = (account, region)
            found.append(((*home, "AWS/ECS", cluster), self._tasks(cluster, name, running), running > 0))
            found.append(((*home, "ECS/ContainerInsights", cluster), self._insights(cluster, name, running), running > 0))
            for entry in service.get("loadBalancers") or []:
                group = entry.get("targetGroupArn", "")
                for balancer in self._balancers(account, region, group):
                    measure = self._balancer(cluster, balancer, group, running, healthy)
                    found.append(((*home, "AWS/ApplicationELB", balancer.rpartition(":loadbalancer/")[2]), measure, healthy))
        for (account, region, name), instance in list(rds._instances.all_items()):
            if instance.get("DBInstanceStatus") == "available":
                found.append(((account, region, "AWS/RDS", name), self._database(name, instance), True))
        for (account, name), bucket in list(s3._buckets._data.items()):
            region = bucket.get("region") or "us-east-1"
            found.append(((account, region, "AWS/S3", name), self._bucket(name), True))
        return found

    def _running(self, account: str, region: str, cluster: str, name: str) -> tuple[int, bool]:
        """How many tasks of a service run, and whether they are healthy."""
        running = 0
        healthy = False
        for service, count in self.driver.running_tasks().items():
            if (service.account, service.region, service.cluster, service.name) == (account, region, cluster, name):
                running, healthy = count, self.driver.health(service)[0] == "healthy"
        return running, healthy

    @staticmethod
    def _balancers(account: str, region: str, group: str) -> list[str]:
        with request_scope(account, region):
            return list((alb._tgs.get(group) or {}).get("LoadBalancerArns") or [])

    @staticmethod
    def _tasks(cluster: str, name: str, running: int):
        dimensions = {"ClusterName": cluster, "ServiceName": name}

        def measure(moment: int) -> list[dict]:
            if not running:
                return []
            busy = load(cluster, moment)
            cpu = 5 + 62 * busy + 3 * _noise(cluster + "cpu", moment)
            memory = 38 + 7 * math.sin(moment / 5400 + _noise(cluster, 0) * math.tau) + 2 * busy
            return [
                _datum("CPUUtilization", dimensions, moment, round(cpu, 3), "Percent"),
                _datum("MemoryUtilization", dimensions, moment, round(memory, 3), "Percent"),
            ]

        return measure

    @staticmethod
    def _insights(cluster: str, name: str, running: int):
        dimensions = {"ClusterName": cluster, "ServiceName": name}
        return lambda moment: [_datum("RunningTaskCount", dimensions, moment, float(running), "Count")]

    @staticmethod
    def _balancer(seed: str, balancer: str, group: str, running: int, healthy: bool):
        alone = {"LoadBalancer": balancer.rpartition(":loadbalancer/")[2]}
        both = alone | {"TargetGroup": "targetgroup/" + group.rpartition(":targetgroup/")[2]}

        def measure(moment: int) -> list[dict]:
            # People leave it alone for some minutes; what nobody asked for is not reported.
            idle = _noise(seed + "idle", moment // 300) > 0.93
            requests = 0 if idle else round(70 * load(seed, moment))
            data = []
            if running:
                data.append(_datum("HealthyHostCount", both, moment, float(running if healthy else 0), "Count"))
                data.append(_datum("UnHealthyHostCount", both, moment, float(0 if healthy else running), "Count"))
            if not requests:
                return data
            if not (running and healthy):
                return [*data, _datum("HTTPCode_ELB_5XX_Count", alone, moment, float(1 + requests // 6), "Count")]
            typical = 0.03 + 0.09 * load(seed, moment) ** 2 + 0.01 * _noise(seed + "latency", moment)
            data.append(_datum("RequestCount", both, moment, float(requests), "Count"))
            data.append(_spread("TargetResponseTime", both, moment, typical, requests))
            for name, dimensions, chance, most in (
                ("HTTPCode_Target_4XX_Count", both, 0.35, 4), ("HTTPCode_ELB_4XX_Count", alone, 0.03, 1),
                ("HTTPCode_Target_5XX_Count", both, 0.03, 2),
            ):
                luck = _noise(seed + name, moment)
                if luck < chance:
                    data.append(_datum(name, dimensions, moment, float(1 + int(luck / chance * most)), "Count"))
            return data

        return measure

    @staticmethod
    def _database(name: str, instance: dict):
        dimensions = {"DBInstanceIdentifier": name}
        size = int(instance.get("AllocatedStorage") or 20) * 1024**3

        def measure(moment: int) -> list[dict]:
            busy = load(name, moment)
            used = 0.11 + 0.03 * (moment % (30 * DAY)) / (30 * DAY)
            return [
                _datum("CPUUtilization", dimensions, moment, round(3 + 24 * busy, 3), "Percent"),
                _datum("DatabaseConnections", dimensions, moment, float(2 + round(9 * busy)), "Count"),
                _datum("FreeStorageSpace", dimensions, moment, float(round(size * (1 - used))), "Bytes"),
                _datum("ReadLatency", dimensions, moment, round(0.0003 + 0.0006 * busy, 6), "Seconds"),
                _datum("WriteLatency", dimensions, moment, round(0.0009 + 0.0018 * busy, 6), "Seconds"),
            ]

        return measure

    @staticmethod
    def _bucket(name: str):
        dimensions = {"BucketName": name, "StorageType": "StandardStorage"}
        born = 1_700_000_000 + _noise(name, 0) * 20_000_000

        def measure(moment: int) -> list[dict]:
            days = (moment - born) / DAY
            return [_datum("BucketSizeBytes", dimensions, moment, float(round(2.1e6 * days + 4e5 * _noise(name, moment))), "Bytes")]

        return measure

    def _publish(self, key: tuple, measure, moments: range) -> bool:
        account, region, namespace, _ = key
        data = [datum for moment in moments for datum in measure(moment)]
        headers = {
            "content-type": "application/x-amz-json-1.0",
            "x-amz-target": "GraniteServiceVersion20100801.PutMetricData",
        }
        for begin in range(0, len(data), DATA_PER_CALL):
            body = {"Namespace": namespace, "MetricData": data[begin : begin + DATA_PER_CALL]}
            if not self._call(account, region, "monitoring", headers, json.dumps(body).encode()):
                return False
        return True

    @staticmethod
    def _clean() -> None:
        oldest = time.time() - SECONDS_KEPT
        for (_, _, (namespace, _, _)), points in list(cloudwatch._metrics.all_items()):
            if namespace != "AWS/S3":
                points[:] = [point for point in points if point["Timestamp"] >= oldest]
