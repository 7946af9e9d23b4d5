"""Runs cfn-lint and AWS's cloudformation-validate over every golden template, and parliament over every identity policy in them: no error
and no warning may remain.

Usage: python server/template/check_templates.py [FOLDER]   (with the packages of end2end/sandbox/requirements.txt installed)
Another folder of templates is judged in the place of the golden ones.
"""

import json
import pathlib
import re
import subprocess
import sys

import cloudformation_validate
import parliament

GOLDEN = pathlib.Path(__file__).parent / "golden"
PROGRAMS = pathlib.Path(sys.executable).parent


# How many templates one run of cfn-lint reads: its start takes longer than a template.
BATCH = 20


def lint(templates: list[pathlib.Path]) -> dict[str, list[str]]:
    """What cfn-lint says of each template, one line a finding."""
    said: dict[str, list[str]] = {str(template): [] for template in templates}
    for start in range(0, len(templates), BATCH):
        batch = templates[start : start + BATCH]
        run = subprocess.run(
            [PROGRAMS / "cfn-lint", "--non-zero-exit-code", "none", "--format", "json", "--regions", "eu-west-1", "--", *batch],
            capture_output=True, text=True, check=False,
        )
        if run.returncode or not run.stdout.strip():
            for template in batch:
                said[str(template)].append(f"cfn-lint did not run: {run.stderr.strip()}")
            continue
        for one in json.loads(run.stdout):
            place = "/".join(map(str, one["Location"]["Path"]))
            said[one["Filename"]].append(f"cfn-lint {one['Rule']['Id']} {place}: {one['Message']}")
    return said


def validate(engine: cloudformation_validate.CompositeEngine, template: pathlib.Path) -> list[str]:
    """What cloudformation-validate says, one line a finding. Notes are advice and no finding."""
    report = engine.validate_template(template)
    return [
        f"cloudformation-validate {one.rule_id}: {one.message}"
        for one in report.diagnostics
        if one.severity.value >= cloudformation_validate.Severity.WARN.value
    ]


# What a reference to a resource of a type stands for in a policy, so that parliament sees an ARN of the right kind.
ARNS = {
    "AWS::ECS::Cluster": "arn:aws:ecs:eu-west-1:111122223333:cluster/name",
    "AWS::EFS::AccessPoint": "arn:aws:elasticfilesystem:eu-west-1:111122223333:access-point/fsap-0123456789abcdef0",
    "AWS::EFS::FileSystem": "arn:aws:elasticfilesystem:eu-west-1:111122223333:file-system/fs-0123456789abcdef0",
    "AWS::Logs::LogGroup": "arn:aws:logs:eu-west-1:111122223333:log-group:name:*",
    "AWS::RDS::DBInstance": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:rds-AbCdEf",
    "AWS::S3::Bucket": "arn:aws:s3:::bucket",
    "AWS::SecretsManager::Secret": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:name-AbCdEf",
}
PSEUDO = {"AWS::Partition": "aws", "AWS::Region": "eu-west-1", "AWS::AccountId": "111122223333"}


def arn_of(resources: dict, logical_id: str) -> str:
    """What a reference in a policy becomes."""
    if logical_id in PSEUDO:
        return PSEUDO[logical_id]
    kind = resources.get(logical_id, {}).get("Type", "")
    return ARNS.get(kind, f"arn:aws:{kind.split('::')[1].lower() if kind else 'unknown'}:eu-west-1:111122223333:thing/x")


def resolved(resources: dict, value: object) -> object:
    """A policy without intrinsic functions."""
    if isinstance(value, list):
        return [resolved(resources, one) for one in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {"Ref"}:
        return arn_of(resources, value["Ref"])
    if set(value) == {"Fn::GetAtt"}:
        return arn_of(resources, value["Fn::GetAtt"][0])
    if set(value) == {"Fn::Sub"}:
        return re.sub(r"\$\{([^}.]+)(?:\.[^}]+)?\}", lambda found: arn_of(resources, found[1]), value["Fn::Sub"])
    return {key: resolved(resources, one) for key, one in value.items()}


def alternative(finding: object) -> bool:
    """Whether parliament only misses resource types that Bedrock takes in the place of those given: it wants one of each."""
    missing = finding.detail if finding.issue == "RESOURCE_MISMATCH" else []
    return bool(missing) and all(one["action"].startswith("bedrock:Invoke") for one in missing)


def policies(template: pathlib.Path) -> list[str]:
    """What parliament says of the policies of roles, one line a finding. Trust and resource policies are not its subject."""
    resources = json.loads(template.read_text())["Resources"]
    said = []
    for logical_id, resource in resources.items():
        properties = resource.get("Properties", {})
        documents = [one["PolicyDocument"] for one in properties.get("Policies", []) if "PolicyDocument" in one]
        if resource["Type"] in ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"):
            documents.append(properties["PolicyDocument"])
        for document in documents:
            report = parliament.analyze_policy_string(json.dumps(resolved(resources, document)))
            said += [
                f"parliament {one.issue} in {logical_id}: {one.detail}" for one in report.findings if not alternative(one)
            ]
    return said


def main() -> int:
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else GOLDEN
    templates = sorted(folder.glob("*.json"))
    if not templates:
        print(f"no templates in {folder}")
        return 1
    engine = cloudformation_validate.CompositeEngine()
    linted = lint(templates)
    bad = 0
    for template in templates:
        findings = linted[str(template)] + validate(engine, template) + policies(template)
        bad += bool(findings)
        print(f"{'FAIL' if findings else 'ok':4} {template.name}")
        for finding in findings:
            print(f"     {finding}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
