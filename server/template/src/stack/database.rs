//! RDS Postgres, for Canvas's automation service or for the app.

use super::{Leaving, Resource, Stack, attribute, network::subnets, reference};
use crate::output;
use model::plan::Section::Data;
use serde_json::json;

/// Name of RDS's master user.
pub(crate) const MASTER_USER: &str = "handrail";
/// Name of the automation service's role and of its database.
pub(crate) const AUTOMATION: &str = "automation";
/// Name of the app's role and of its database.
pub(crate) const APP: &str = "openhands";
/// Major version, which names the family of parameters.
const ENGINE_MAJOR: &str = "16";
/// Version that a new database begins with; RDS upgrades the minor one by itself.
const ENGINE_VERSION: &str = "16.13";

/// Up to where RDS may grow the storage by itself, in GiB.
fn storage_limit(allocated_gib: u32) -> u32 {
    allocated_gib.saturating_mul(2).max(100)
}

pub(super) fn add(stack: &mut Stack) {
    let database = stack.spec.database.clone();
    stack.add(Resource::new(
        "DatabaseSubnetGroup",
        "AWS::RDS::DBSubnetGroup",
        Data,
        "Keeps the database in the private subnets",
        json!({
            "DBSubnetGroupDescription": "Private subnets", "SubnetIds": subnets(stack, "Private"),
            "Tags": stack.tags("database")
        }),
    ));
    stack.add(Resource::new(
        "DatabaseParameterGroup",
        "AWS::RDS::DBParameterGroup",
        Data,
        "Refuses connections without TLS",
        json!({
            "Description": "TLS only", "Family": format!("postgres{ENGINE_MAJOR}"),
            "Parameters": { "rds.force_ssl": "1" }, "Tags": stack.tags("database")
        }),
    ));
    let user = if stack.is_app() { "conversations and settings" } else { "automations" };
    let zones = if database.multi_az { "in two zones" } else { "in one zone" };
    stack.add(
        Resource::new(
            "Database",
            "AWS::RDS::DBInstance",
            Data,
            format!("Postgres {ENGINE_MAJOR} for {user}, {} with {} GiB, {zones}", database.class.code(), database.storage_gib),
            json!({
                "DBInstanceIdentifier": stack.long_name(), "Engine": "postgres", "EngineVersion": ENGINE_VERSION,
                "DBInstanceClass": database.class.code(), "MultiAZ": database.multi_az,
                "AllocatedStorage": database.storage_gib.to_string(),
                "MaxAllocatedStorage": storage_limit(database.storage_gib),
                "StorageType": "gp3", "StorageEncrypted": true, "PubliclyAccessible": false,
                "MasterUsername": MASTER_USER, "ManageMasterUserPassword": true,
                "DBSubnetGroupName": reference("DatabaseSubnetGroup"),
                "DBParameterGroupName": reference("DatabaseParameterGroup"),
                "VPCSecurityGroups": [attribute("DatabaseSecurityGroup", "GroupId")],
                "BackupRetentionPeriod": database.backup_days, "CopyTagsToSnapshot": true, "DeleteAutomatedBackups": true,
                "AutoMinorVersionUpgrade": true, "Tags": stack.tags("database")
            }),
        )
        .leaving(Leaving::Snapshotted),
    );
    stack.output(output::DATABASE_ID, "The RDS instance", reference("Database"));
}
