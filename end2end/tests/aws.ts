// What happens in AWS behind Handrail's back: calls to the sandbox's APIs, and its faults.
import { execFileSync } from "node:child_process";
import path from "node:path";
import { theatre } from "./theatre";

/** Calls a query API of the sandbox, which reads account and region from the credential and does not check the signature. */
async function call(service: string, version: string, parameters: Record<string, string>): Promise<string> {
  const credential = `${theatre.account}/20260101/${theatre.region}/${service}/aws4_request`;
  const answer = await fetch(theatre.awsEndpoint, {
    method: "POST",
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      "x-amz-date": "20260101T000000Z",
      authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host;x-amz-date, Signature=${"0".repeat(64)}`,
    },
    body: new URLSearchParams({ Version: version, ...parameters }).toString(),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${parameters.Action}: ${answer.status} ${text}`);
  return text;
}

/** Names of the stacks that are there. */
export async function stacks(): Promise<string[]> {
  const text = await call("cloudformation", "2010-05-15", { Action: "DescribeStacks" });
  const gone = /<StackStatus>DELETE_COMPLETE<\/StackStatus>/;
  return text
    .split("<member>")
    .filter((part) => part.includes("<StackName>") && !gone.test(part))
    .map((part) => part.match(/<StackName>([^<]+)<\/StackName>/)![1]);
}

/** Deletes a stack the way somebody in AWS's own console would: protection off first. */
export async function deleteStackOutsideHandrail(name: string): Promise<void> {
  await call("cloudformation", "2010-05-15", {
    Action: "UpdateTerminationProtection",
    EnableTerminationProtection: "false",
    StackName: name,
  });
  await call("cloudformation", "2010-05-15", { Action: "DeleteStack", StackName: name });
}

/** The last three hours of a metric by the minute, as CloudWatch's older operation tells them; the cluster is named as the environment. */
export async function metric(namespace: string, name: string, statistic: string, environment: string): Promise<Map<string, number>> {
  const metrics = await call("monitoring", "2010-08-01", { Action: "ListMetrics", Namespace: namespace, MetricName: name });
  const values = [...metrics.matchAll(/<Name>(\w+)<\/Name><Value>([^<]+)<\/Value>/g)].map(([, key, value]) => [key, value]);
  const cluster = values.find(([key, value]) => key === "ClusterName" && value.startsWith(`handrail-${environment}-`))![1];
  const service = values[values.findIndex(([, value]) => value === cluster) + 1][1];
  const now = Date.now();
  const text = await call("monitoring", "2010-08-01", {
    Action: "GetMetricStatistics",
    Namespace: namespace,
    MetricName: name,
    Period: "60",
    StartTime: new Date(now - 3 * 3_600_000).toISOString().slice(0, 19) + "Z",
    EndTime: new Date(now).toISOString().slice(0, 19) + "Z",
    "Statistics.member.1": statistic,
    "Dimensions.member.1.Name": "ClusterName",
    "Dimensions.member.1.Value": cluster,
    "Dimensions.member.2.Name": "ServiceName",
    "Dimensions.member.2.Value": service,
  });
  const points = text.split("<member>").map((part) => [
    part.match(/<Timestamp>([^<]+)<\/Timestamp>/)?.[1],
    part.match(new RegExp(`<${statistic}>([^<]+)</${statistic}>`))?.[1],
  ]);
  return new Map(points.flatMap(([at, value]) => (at && value ? [[at, Number(value)] as const] : [])));
}

/** How many hosts the auto scaling group of a stack has. */
export async function hosts(stack: string): Promise<number> {
  const text = await call("autoscaling", "2011-01-01", { Action: "DescribeAutoScalingGroups" });
  const group = text.split("<AutoScalingGroupName>").find((part) => part.startsWith(stack));
  return group?.match(/<InstanceId>/g)?.length ?? 0;
}

/** Calls CloudWatch Logs, which speaks JSON. */
async function logs(operation: string, body: object): Promise<any> {
  const credential = `${theatre.account}/20260101/${theatre.region}/logs/aws4_request`;
  const answer = await fetch(theatre.awsEndpoint, {
    method: "POST",
    headers: {
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": `Logs_20140328.${operation}`,
      "x-amz-date": "20260101T000000Z",
      authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host;x-amz-date, Signature=${"0".repeat(64)}`,
    },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${operation}: ${answer.status} ${text}`);
  return text ? JSON.parse(text) : {};
}

/** How long the log groups of a stack keep their lines, read and changed as in AWS's own console. */
export const logRetention = {
  async groups(stack: string): Promise<{ name: string; days: number }[]> {
    const answer = await logs("DescribeLogGroups", {});
    const groups: { logGroupName: string; retentionInDays?: number }[] = answer.logGroups ?? [];
    return groups
      .filter((group) => group.logGroupName.includes(stack) && group.retentionInDays)
      .map((group) => ({ name: group.logGroupName, days: group.retentionInDays! }));
  },
  async set(name: string, days: number): Promise<void> {
    await logs("PutRetentionPolicy", { logGroupName: name, retentionInDays: days });
  },
};

/** `python -m handrail_sandbox …` for the sandbox of this run. */
export function sandbox(...words: string[]): string {
  return execFileSync(
    theatre.sandbox.python,
    ["-m", "handrail_sandbox", ...words, "--state", theatre.sandbox.state],
    { env: { ...process.env, PYTHONPATH: path.resolve(theatre.sandbox.folder) }, encoding: "utf8" },
  );
}

/** How often the sandbox was called, by everybody, with a `service:Operation`. */
export function calls(what: string): number {
  return JSON.parse(sandbox("status")).calls[what] ?? 0;
}

/** Calls a JSON API of ECS. */
async function ecs(action: string, parameters: Record<string, unknown>): Promise<any> {
  const credential = `${theatre.account}/20260101/${theatre.region}/ecs/aws4_request`;
  const answer = await fetch(theatre.awsEndpoint, {
    method: "POST",
    headers: {
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": `AmazonEC2ContainerServiceV20141113.${action}`,
      authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host, Signature=${"0".repeat(64)}`,
    },
    body: JSON.stringify(parameters),
  });
  if (!answer.ok) throw new Error(`${action}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

/** How many tasks ECS is told to run for the service of a stack; cluster and stack have the same name. */
export async function desiredCount(stack: string): Promise<number> {
  const told = await ecs("DescribeServices", { cluster: stack, services: ["canvas"] });
  return told.services[0].desiredCount;
}

/** Tells ECS how many tasks to run, the way somebody in AWS's own console would. */
export async function setDesiredCount(stack: string, desired: number): Promise<void> {
  await ecs("UpdateService", { cluster: stack, service: "canvas", desiredCount: desired });
}

/** Calls Route 53, which speaks REST and XML. */
async function names(method: string, path: string, body?: string): Promise<string> {
  const credential = `${theatre.account}/20260101/us-east-1/route53/aws4_request`;
  const answer = await fetch(`${theatre.awsEndpoint}/2013-04-01/${path}`, {
    method,
    headers: {
      "content-type": "application/xml",
      authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host, Signature=${"0".repeat(64)}`,
    },
    body,
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return text;
}

/** Makes a hosted zone of Route 53; its id. */
export async function hostedZone(domain: string): Promise<string> {
  const reference = `${domain}-${Date.now()}`;
  const text = await names(
    "POST",
    "hostedzone",
    `<CreateHostedZoneRequest><Name>${domain}</Name><CallerReference>${reference}</CallerReference></CreateHostedZoneRequest>`,
  );
  return text.match(/<Id>\/hostedzone\/([^<]+)<\/Id>/)![1];
}

/** Names of the records of a hosted zone. */
export async function records(zone: string): Promise<string[]> {
  const text = await names("GET", `hostedzone/${zone}/rrset`);
  return [...text.matchAll(/<Name>([^<]+)<\/Name>/g)].map(([, name]) => name);
}

/** What AWS tells of the listeners of an environment's load balancer, as it is sent. */
export async function listeners(environment: string): Promise<string> {
  const balancers = await call("elasticloadbalancing", "2015-12-01", { Action: "DescribeLoadBalancers" });
  const arn = balancers.match(new RegExp(`<LoadBalancerArn>([^<]+/hr-${environment}-[^<]+)</LoadBalancerArn>`))![1];
  return call("elasticloadbalancing", "2015-12-01", { Action: "DescribeListeners", LoadBalancerArn: arn });
}
