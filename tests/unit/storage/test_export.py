"""What is exported passes tools that we did not write: cfn-lint and parliament."""

from __future__ import annotations

import importlib
import json
import sys
import types
import warnings
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from handoff.model import Access, Bucket, ObjectLock
from handoff.storage.access import bucket_policy, normalized, vendor_policy
from handoff.storage.export import export

KEY = "arn:aws:kms:eu-west-2:111122223333:key/11111111-2222-3333-4444-555555555555"
PLAIN = Bucket("handoff-acme", "http://127.0.0.1:1", "eu-west-2")
WHOLE = Bucket("handoff-acme", region="eu-west-2", kms_key=KEY, log_bucket="firm-logs")
ACCESS = Access(
    ("arn:aws:iam::111122223333:user/acme",),
    ("203.0.113.0/24",),
    date(2027, 12, 31),
    "returns/",
    lock=ObjectLock("COMPLIANCE", 30),
)
CASES = [(PLAIN, Access()), (PLAIN, ACCESS), (WHOLE, ACCESS)]


@pytest.mark.parametrize(("bucket", "access"), CASES)
def test_cloudformation_passes_cfn_lint(tmp_path: Path, bucket: Bucket, access: Access) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from cfnlint.api import ManualArgs, lint_file

        path = tmp_path / "bucket.json"
        path.write_text(export("cloudformation", bucket, access, "acme"))
        assert lint_file(path, config=ManualArgs(regions=["eu-west-2"])) == []
        broken = json.loads(path.read_text())
        broken["Resources"]["Bucket"]["Properties"]["Versioning"] = "on"
        path.write_text(json.dumps(broken))
        assert lint_file(path, config=ManualArgs(regions=["eu-west-2"])) != []


@pytest.fixture
def parliament(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Parliament, which still asks setuptools' `pkg_resources` for the paths of its own files."""
    stand_in: Any = types.ModuleType("pkg_resources")
    stand_in.resource_filename = lambda package, path: str(
        Path(importlib.import_module(package).__file__ or "").parent / path
    )
    stand_in.resource_exists = lambda package, path: Path(
        stand_in.resource_filename(package, path)
    ).exists()
    monkeypatch.setitem(sys.modules, "pkg_resources", stand_in)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return importlib.import_module("parliament")


def findings(parliament: Any, policy: dict[str, Any]) -> set[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # It cannot read a list where a single value would do.
        plain = json.dumps(normalized(policy))
        found = parliament.analyze_policy_string(plain).findings
        return {f"{finding.issue} {finding.detail}" for finding in found}


@pytest.mark.parametrize(("bucket", "access"), CASES[1:])
def test_parliament_finds_nothing_in_the_vendors_policy(
    parliament: Any, bucket: Bucket, access: Access
) -> None:
    assert findings(parliament, vendor_policy(bucket, access)) == set()
    wide = vendor_policy(bucket, access)
    wide["Statement"][0]["Action"] = ["s3:ListBukket"]
    assert findings(parliament, wide) != set()


@pytest.mark.parametrize(("bucket", "access"), CASES)
def test_parliament_finds_nothing_in_the_buckets_policy(
    parliament: Any, bucket: Bucket, access: Access
) -> None:
    policy = bucket_policy(bucket, access)
    for statement in policy["Statement"]:
        statement.pop("Principal")
    # The one thing it says: the KMS key's condition is asked as text. Meant: "*" asks whether a key
    # is named at all, in the one way that AWS, Ceph and SeaweedFS all understand.
    other = {f for f in findings(parliament, policy) if "Type mismatch" not in f}
    assert other == set()


@pytest.mark.parametrize(("bucket", "access"), CASES)
def test_terraform_names_each_setting_once_and_its_policies_are_json(
    bucket: Bucket, access: Access
) -> None:
    resources = json.loads(export("terraform", bucket, access, "acme"))["resource"]
    wanted = {
        "aws_s3_bucket",
        "aws_s3_bucket_versioning",
        "aws_s3_bucket_public_access_block",
        "aws_s3_bucket_ownership_controls",
        "aws_s3_bucket_server_side_encryption_configuration",
        "aws_s3_bucket_lifecycle_configuration",
        "aws_s3_bucket_policy",
    }
    assert wanted <= resources.keys()
    assert ("aws_s3_bucket_logging" in resources) == bool(bucket.log_bucket)
    assert ("aws_iam_policy" in resources) == bool(access.principals)
    assert all(list(made) == ["acme"] for made in resources.values())
    policy = json.loads(resources["aws_s3_bucket_policy"]["acme"]["policy"])
    assert "TlsOnly" in {s["Sid"] for s in policy["Statement"]}
    for kind, made in resources.items():
        if kind.startswith("aws_s3_bucket_"):
            assert made["acme"]["bucket"] == "${aws_s3_bucket.acme.id}"
