"""ECR's scans, which the emulator lacks: every image that was pushed has findings, the same at every look."""

import json
import time

from ministack.core.responses import error_response_json, json_response
from ministack.services import ecr


def _counts(digest: str) -> dict[str, int]:
    seed = int(digest.removeprefix("sha256:")[:6], 16)
    counts = {"HIGH": seed % 3, "MEDIUM": seed % 7, "LOW": seed % 19}
    return {severity: number for severity, number in counts.items() if number}


def _describe(data):
    name, digest = data.get("repositoryName", ""), data.get("imageId", {}).get("imageDigest", "")
    if name not in ecr._repositories:
        return error_response_json("RepositoryNotFoundException", f"The repository with name '{name}' does not exist", 400)
    image = next((one for one in ecr._images.get(name, []) if one["imageDigest"] == digest), None)
    if image is None:
        return error_response_json("ImageNotFoundException", "The image does not exist within the repository", 400)
    if "index" in image.get("imageManifestMediaType", ""):
        return error_response_json("ScanNotFoundException", "Image scan does not exist for the image", 400)
    return json_response(
        {
            "repositoryName": name,
            "imageId": {"imageDigest": digest},
            "imageScanStatus": {"status": "COMPLETE", "description": "The scan was completed successfully."},
            "imageScanFindings": {
                "imageScanCompletedAt": image.get("imagePushedAt", int(time.time())),
                "findingSeverityCounts": _counts(digest),
            },
        }
    )


def install() -> None:
    """Teaches the emulator's ECR to tell of scans."""
    known = ecr.handle_request

    async def handle_request(method, path, headers, body, query_params):
        if headers.get("x-amz-target", "").endswith(".DescribeImageScanFindings"):
            return _describe(json.loads(body or b"{}"))
        return await known(method, path, headers, body, query_params)

    ecr.handle_request = handle_request
