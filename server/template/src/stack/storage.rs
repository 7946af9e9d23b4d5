//! What outlives a task: the file system with conversations and workspaces, and the bucket.

use super::{Leaving, Resource, Stack, attribute, network::subnets, reference, substitute};
use crate::output;
use model::plan::Section::Data;
use serde_json::json;

/// User and group of Agent Canvas's image (docker/Dockerfile: `USER openhands`, 10001:10001).
const CANVAS_USER: &str = "10001";

pub(super) fn add(stack: &mut Stack) {
    if !stack.is_app() {
        add_files(stack);
    }
    add_bucket(stack);
}

fn add_files(stack: &mut Stack) {
    let tags = stack.tags("files");
    stack.add(
        Resource::new(
            "FileSystem",
            "AWS::EFS::FileSystem",
            Data,
            "Conversations, settings and workspaces, encrypted and backed up",
            json!({
                "Encrypted": true, "PerformanceMode": "generalPurpose", "ThroughputMode": "elastic",
                "BackupPolicy": { "Status": "ENABLED" },
                "LifecyclePolicies": [{ "TransitionToIA": "AFTER_30_DAYS" }, { "TransitionToPrimaryStorageClass": "AFTER_1_ACCESS" }],
                "FileSystemTags": tags
            }),
        )
        .leaving(Leaving::Retained),
    );
    for (zone, subnet) in stack.zones().zip(subnets(stack, "Private")) {
        stack.add(Resource::new(
            format!("MountTarget{zone}"),
            "AWS::EFS::MountTarget",
            Data,
            format!("Reaches the file system from zone {zone}"),
            json!({
                "FileSystemId": reference("FileSystem"), "SubnetId": subnet,
                "SecurityGroups": [attribute("FileSystemSecurityGroup", "GroupId")]
            }),
        ));
    }
    for (id, path, purpose) in [
        ("StateAccessPoint", "/state", "Canvas's own folder, owned by its user"),
        ("WorkspaceAccessPoint", "/workspace", "The folder that agents work in, owned by their user"),
    ] {
        stack.add(Resource::new(
            id,
            "AWS::EFS::AccessPoint",
            Data,
            purpose,
            json!({
                "FileSystemId": reference("FileSystem"), "PosixUser": { "Uid": CANVAS_USER, "Gid": CANVAS_USER },
                "RootDirectory": {
                    "Path": path,
                    "CreationInfo": { "OwnerUid": CANVAS_USER, "OwnerGid": CANVAS_USER, "Permissions": "0750" }
                },
                "AccessPointTags": stack.tags(path.trim_start_matches('/'))
            }),
        ));
    }
    stack.output(output::FILE_SYSTEM_ID, "The file system", reference("FileSystem"));
}

fn add_bucket(stack: &mut Stack) {
    let root = stack.long_name();
    let purpose = if stack.is_app() {
        "Events of conversations and settings, encrypted, private, with versions"
    } else {
        "Files that agents leave for good, encrypted, private, with versions"
    };
    stack.add(
        Resource::new(
            "Bucket",
            "AWS::S3::Bucket",
            Data,
            purpose,
            json!({
                "BucketName": format!("{root}-{}", stack.identity.account),
                "BucketEncryption": { "ServerSideEncryptionConfiguration": [
                    { "ServerSideEncryptionByDefault": { "SSEAlgorithm": "AES256" } }
                ]},
                "PublicAccessBlockConfiguration": {
                    "BlockPublicAcls": true, "BlockPublicPolicy": true, "IgnorePublicAcls": true, "RestrictPublicBuckets": true
                },
                "OwnershipControls": { "Rules": [{ "ObjectOwnership": "BucketOwnerEnforced" }] },
                "VersioningConfiguration": { "Status": "Enabled" },
                "LifecycleConfiguration": { "Rules": [
                    { "Id": "abandoned-uploads", "Status": "Enabled", "AbortIncompleteMultipartUpload": { "DaysAfterInitiation": 7 } },
                    { "Id": "old-versions", "Status": "Enabled", "NoncurrentVersionExpiration": { "NoncurrentDays": 30 } },
                ]},
                "Tags": stack.tags("bucket")
            }),
        )
        .leaving(Leaving::Retained),
    );
    stack.add(Resource::new(
        "BucketPolicy",
        "AWS::S3::BucketPolicy",
        Data,
        "Refuses requests without TLS",
        json!({
            "Bucket": reference("Bucket"),
            "PolicyDocument": { "Version": "2012-10-17", "Statement": [{
                "Sid": "TlsOnly", "Effect": "Deny", "Principal": "*", "Action": "s3:*",
                "Resource": [attribute("Bucket", "Arn"), substitute("${Bucket.Arn}/*")],
                "Condition": { "Bool": { "aws:SecureTransport": "false" } }
            }]}
        }),
    ));
    stack.output(output::BUCKET_NAME, "The bucket", reference("Bucket"));
}
