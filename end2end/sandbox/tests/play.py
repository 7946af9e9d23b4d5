"""The template the tests create: what an environment of Handrail has, on Fargate, with EFS and secrets."""

import json
import pathlib

GOLDEN = pathlib.Path(__file__).resolve().parents[3] / "server/template/golden/default.json"


def environment() -> dict:
    """The template that Handrail itself makes for a default environment."""
    return json.loads(GOLDEN.read_text(encoding="utf-8"))


def small() -> dict:
    """Three resources in a row: quick to create, with one that outlives the stack."""
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Resources": {
            "Kept": {"Type": "AWS::Logs::LogGroup", "DeletionPolicy": "Retain", "Properties": {"LogGroupName": "/play/kept"}},
            "Gone": {"Type": "AWS::Logs::LogGroup", "DependsOn": "Kept", "Properties": {"LogGroupName": "/play/gone"}},
            "Last": {"Type": "AWS::Logs::LogGroup", "DependsOn": "Gone", "Properties": {"LogGroupName": "/play/last"}},
        },
    }
