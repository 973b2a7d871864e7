"""The same intent for firms whose IT applies changes itself: CloudFormation and Terraform. No I/O.

CloudFormation as a JSON template, Terraform in its JSON syntax (`.tf.json`, AWS provider 4 or
later). Both describe AWS, so the policies ask for TLS whatever the endpoint.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal

from handoff.model import Access, Bucket
from handoff.storage.access import bucket_policy, vendor_policy
from handoff.storage.ownership import TAG
from handoff.storage.settings import ABORT_DAYS, OLD_VERSION_DAYS, PUBLIC_ACCESS_BLOCK

Format = Literal["cloudformation", "terraform"]
Document = dict[str, Any]


def export(kind: Format, bucket: Bucket, access: Access, vendor: str) -> str:
    """The bucket and its policies as one document, ready to be reviewed and applied.

    Raises:
        StoreRefusedError: a principal is not the ARN of one user or role.
    """
    at_aws = replace(bucket, endpoint="")
    made = cloudformation if kind == "cloudformation" else terraform
    return json.dumps(made(at_aws, access, vendor), indent=2)


def cloudformation(bucket: Bucket, access: Access, vendor: str) -> Document:
    """A CloudFormation template: the bucket, its policy, and the vendor's managed policy."""
    resources: Document = {
        "Bucket": {
            "Type": "AWS::S3::Bucket",
            # A stack that is deleted must not take delivered documents with it.
            "DeletionPolicy": "Retain",
            "UpdateReplacePolicy": "Retain",
            "Properties": _properties(bucket, access, vendor),
        },
        "BucketPolicy": {
            "Type": "AWS::S3::BucketPolicy",
            "Properties": {
                "Bucket": {"Ref": "Bucket"},
                "PolicyDocument": bucket_policy(bucket, access),
            },
        },
    }
    if access.principals:
        resources["VendorPolicy"] = {
            "Type": "AWS::IAM::ManagedPolicy",
            "Properties": {
                "Description": f"What vendor {vendor} may do with {bucket.name}",
                "PolicyDocument": vendor_policy(bucket, access),
            },
        }
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": f"The bucket of vendor {vendor}, made by handoff from its policy",
        "Resources": resources,
    }


def _properties(bucket: Bucket, access: Access, vendor: str) -> Document:
    properties: Document = {
        "BucketName": bucket.name,
        "Tags": [{"Key": TAG, "Value": vendor}],
        "VersioningConfiguration": {"Status": "Enabled"},
        "PublicAccessBlockConfiguration": PUBLIC_ACCESS_BLOCK,
        "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
        "BucketEncryption": {
            "ServerSideEncryptionConfiguration": [
                {
                    "BucketKeyEnabled": bool(bucket.kms_key),
                    "ServerSideEncryptionByDefault": _encryption(
                        bucket, "SSEAlgorithm", "KMSMasterKeyID"
                    ),
                }
            ]
        },
        "LifecycleConfiguration": {
            "Rules": [
                {
                    "Id": "handoff-abort",
                    "Status": "Enabled",
                    "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": ABORT_DAYS},
                },
                {
                    "Id": "handoff-expire",
                    "Status": "Enabled",
                    "ExpirationInDays": access.expires_days,
                    "NoncurrentVersionExpiration": {"NoncurrentDays": OLD_VERSION_DAYS},
                },
            ]
        },
    }
    if bucket.log_bucket:
        properties["LoggingConfiguration"] = {
            "DestinationBucketName": bucket.log_bucket,
            "LogFilePrefix": f"{bucket.name}/",
        }
    if access.lock:
        retention = {"Mode": access.lock.mode, "Days": access.lock.days}
        properties["ObjectLockEnabled"] = True
        properties["ObjectLockConfiguration"] = {
            "ObjectLockEnabled": "Enabled",
            "Rule": {"DefaultRetention": retention},
        }
    return properties


def _encryption(bucket: Bucket, algorithm: str, key: str) -> Document:
    if bucket.kms_key:
        return {algorithm: "aws:kms", key: bucket.kms_key}
    return {algorithm: "AES256"}


def terraform(bucket: Bucket, access: Access, vendor: str) -> Document:
    """A Terraform configuration: one resource a setting, as the AWS provider has them."""
    name = vendor.replace("-", "_")
    id_ = f"${{aws_s3_bucket.{name}.id}}"
    of_bucket: dict[str, Document] = {
        "aws_s3_bucket_versioning": {"versioning_configuration": {"status": "Enabled"}},
        "aws_s3_bucket_public_access_block": {
            "block_public_acls": True,
            "ignore_public_acls": True,
            "block_public_policy": True,
            "restrict_public_buckets": True,
        },
        "aws_s3_bucket_ownership_controls": {"rule": {"object_ownership": "BucketOwnerEnforced"}},
        "aws_s3_bucket_server_side_encryption_configuration": {
            "rule": {
                "bucket_key_enabled": bool(bucket.kms_key),
                "apply_server_side_encryption_by_default": _encryption(
                    bucket, "sse_algorithm", "kms_master_key_id"
                ),
            }
        },
        "aws_s3_bucket_lifecycle_configuration": {"rule": _terraform_rules(access)},
        "aws_s3_bucket_policy": {"policy": _literal(bucket_policy(bucket, access))},
    }
    if bucket.log_bucket:
        target = {"target_bucket": bucket.log_bucket, "target_prefix": f"{bucket.name}/"}
        of_bucket["aws_s3_bucket_logging"] = target
    if access.lock:
        retention = {"mode": access.lock.mode, "days": access.lock.days}
        of_bucket["aws_s3_bucket_object_lock_configuration"] = {
            "rule": {"default_retention": retention}
        }
    resources: Document = {
        "aws_s3_bucket": {name: _terraform_bucket(bucket, access, vendor)},
        **{kind: {name: {"bucket": id_, **body}} for kind, body in of_bucket.items()},
    }
    if access.principals:
        policy = _literal(vendor_policy(bucket, access))
        resources["aws_iam_policy"] = {name: {"name": f"handoff-{vendor}", "policy": policy}}
    return {"resource": resources}


def _terraform_bucket(bucket: Bucket, access: Access, vendor: str) -> Document:
    return {
        "bucket": bucket.name,
        "object_lock_enabled": access.lock is not None,
        "tags": {TAG: vendor},
        "lifecycle": {"prevent_destroy": True},
    }


def _terraform_rules(access: Access) -> list[Document]:
    everything: Document = {"status": "Enabled", "filter": {"prefix": ""}}
    abort = {"days_after_initiation": ABORT_DAYS}
    return [
        {"id": "handoff-abort", **everything, "abort_incomplete_multipart_upload": abort},
        {
            "id": "handoff-expire",
            **everything,
            "expiration": {"days": access.expires_days},
            "noncurrent_version_expiration": {"noncurrent_days": OLD_VERSION_DAYS},
        },
    ]


def _literal(policy: Mapping[str, Any]) -> str:
    """The policy as a string in which Terraform finds nothing to fill in."""
    return json.dumps(policy).replace("${", "$${").replace("%{", "%%{")
