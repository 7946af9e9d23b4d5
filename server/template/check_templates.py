"""Runs cfn-lint and AWS's cloudformation-validate over every golden template: no error and no warning may remain.

Usage: python server/template/check_templates.py   (with both packages of end2end/sandbox/requirements.txt installed)
"""

import json
import pathlib
import subprocess
import sys

import cloudformation_validate

GOLDEN = pathlib.Path(__file__).parent / "golden"
PROGRAMS = pathlib.Path(sys.executable).parent


def lint(template: pathlib.Path) -> list[str]:
    """What cfn-lint says, one line a finding."""
    run = subprocess.run(
        [PROGRAMS / "cfn-lint", "--non-zero-exit-code", "none", "--format", "json", "--regions", "eu-west-1", "--", template],
        capture_output=True, text=True, check=False,
    )
    if run.returncode or not run.stdout.strip():
        return [f"cfn-lint did not run: {run.stderr.strip()}"]
    return [
        f"cfn-lint {one['Rule']['Id']} {'/'.join(map(str, one['Location']['Path']))}: {one['Message']}"
        for one in json.loads(run.stdout)
    ]


def validate(engine: cloudformation_validate.CompositeEngine, template: pathlib.Path) -> list[str]:
    """What cloudformation-validate says, one line a finding. Notes are advice and no finding."""
    report = engine.validate_template(template)
    return [
        f"cloudformation-validate {one.rule_id}: {one.message}"
        for one in report.diagnostics
        if one.severity.value >= cloudformation_validate.Severity.WARN.value
    ]


def main() -> int:
    templates = sorted(GOLDEN.glob("*.json"))
    if not templates:
        print(f"no templates in {GOLDEN}")
        return 1
    engine = cloudformation_validate.CompositeEngine()
    bad = 0
    for template in templates:
        findings = lint(template) + validate(engine, template)
        bad += bool(findings)
        print(f"{'FAIL' if findings else 'ok':4} {template.name}")
        for finding in findings:
            print(f"     {finding}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
