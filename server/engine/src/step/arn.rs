//! ARNs of what a stack has made, from what CloudFormation calls its physical id.

use ports::Place;

pub(super) const BUCKET: &str = "AWS::S3::Bucket";
pub(super) const DATABASE: &str = "AWS::RDS::DBInstance";
pub(super) const FILE_SYSTEM: &str = "AWS::EFS::FileSystem";

/// The ARN of a physical id; `None` where it cannot be told from it.
pub(super) fn of(place: &Place, resource_type: &str, id: &str) -> Option<String> {
    let (region, account) = (&place.region, &place.account.aws_account);
    match resource_type {
        // A deregistered task definition stays for ever as INACTIVE, free of charge: AWS has no way to remove it at once.
        "AWS::ECS::TaskDefinition" => None,
        _ if id.starts_with("arn:") => Some(id.to_owned()),
        BUCKET => Some(format!("arn:aws:s3:::{id}")),
        FILE_SYSTEM => Some(format!("arn:aws:elasticfilesystem:{region}:{account}:file-system/{id}")),
        DATABASE => Some(format!("arn:aws:rds:{region}:{account}:db:{id}")),
        "AWS::ECS::Cluster" => Some(format!("arn:aws:ecs:{region}:{account}:cluster/{id}")),
        "AWS::Logs::LogGroup" => Some(format!("arn:aws:logs:{region}:{account}:log-group:{id}")),
        _ => None,
    }
}
