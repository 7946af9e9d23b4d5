//! Fields of a spec in words, by their path in it.

use super::environment;
use crate::format;
use model::spec::{Access, Compute, ComputeKind, Edition, InstanceType, LlmProvider, Nat, Scheme, Size};

/// What a field is. A field without words is called by its path.
pub fn field(path: &[String]) -> String {
    let words = match path.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["edition"] => "Edition",
        ["image", "repository"] => "Image",
        ["image", "tag"] => "Version",
        ["image", "digest"] => "Image digest",
        ["compute", "kind"] => "Runs on",
        ["compute", "size"] => "Size",
        ["compute", "architecture"] => "Architecture",
        ["compute", "ephemeral_gib"] => "Scratch disk",
        ["compute", "host", "instance_type"] => "Instance type",
        ["compute", "host", "disk_gib"] => "Host disk",
        ["network", "cidr"] => "VPC range",
        ["network", "zones"] => "Zones",
        ["network", "nat"] => "Way to the internet",
        ["network", "existing", "id"] => "Existing VPC",
        ["network", "existing", "private_subnets"] => "Private subnets",
        ["network", "existing", "public_subnets"] => "Public subnets",
        ["access", "scheme"] => "Load balancer",
        ["access", "allowed_cidrs"] => "Allowed ranges",
        ["access", "certificate_arn"] => "Certificate",
        ["access", "name", "host"] => "Host name",
        ["access", "name", "zone_id"] => "Hosted zone",
        ["access", "name", "zone"] => "Domain of the zone",
        ["access", "sign_in", "oidc", "issuer"] => "OIDC issuer",
        ["access", "sign_in", "oidc", "authorization_endpoint"] => "OIDC authorization endpoint",
        ["access", "sign_in", "oidc", "token_endpoint"] => "OIDC token endpoint",
        ["access", "sign_in", "oidc", "user_info_endpoint"] => "OIDC user info endpoint",
        ["access", "sign_in", "oidc", "client_id"] => "OIDC client id",
        ["access", "sign_in", "oidc", "client_secret_arn"] => "Secret of the OIDC client",
        ["access", "sign_in", "cognito", "user_pool_arn"] => "Cognito user pool",
        ["access", "sign_in", "cognito", "client_id"] => "Cognito app client",
        ["access", "sign_in", "cognito", "domain"] => "Cognito domain",
        ["access", "public_acknowledged"] => "Open to the internet, accepted",
        ["database", "class"] => "Database class",
        ["database", "storage_gib"] => "Database storage",
        ["database", "multi_az"] => "Standby in a second zone",
        ["database", "backup_days"] => "Backups kept",
        ["llm", "provider"] => "Model provider",
        ["llm", "model"] => "Model",
        ["llm", "base_url"] => "Model address",
        ["llm", "key_secret_arn"] => "Secret of the model's key",
        ["preset"] => "Preset",
        ["log_retention_days"] => "Logs kept",
        _ => return path.join("."),
    };
    words.to_owned()
}

/// What a stored value means; a value without words is shown as it is stored.
pub fn value(path: &[String], stored: &str) -> String {
    let words = match path.last().map(String::as_str) {
        Some("edition") => Edition::from_code(stored).map(|edition| environment::edition(edition).to_owned()),
        Some("kind") => ComputeKind::from_code(stored).map(|kind| environment::compute(kind).to_owned()),
        Some("size") => Size::from_code(stored).map(task),
        Some("nat") => Nat::from_code(stored).map(|nat| environment::nat(nat).to_owned()),
        Some("scheme") => Scheme::from_code(stored).map(|scheme| environment::scheme(scheme).to_owned()),
        Some("provider") => LlmProvider::from_code(stored).map(|one| environment::provider(one).to_owned()),
        Some(name) if name.ends_with("_gib") => Some(format!("{stored} GiB")),
        Some(name) if name.ends_with("_days") => Some(format!("{stored} days")),
        _ => match stored {
            "true" => Some("Yes".to_owned()),
            "false" => Some("No".to_owned()),
            "null" => Some("None".to_owned()),
            _ => None,
        },
    };
    words.unwrap_or_else(|| stored.to_owned())
}

/// Where the certificate comes from.
pub fn certificate(access: &Access) -> String {
    match &access.certificate_arn {
        Some(arn) => arn.clone(),
        None if access.is_https() => "Requested for the host name".to_owned(),
        None => "None: HTTP".to_owned(),
    }
}

/// A size with what the task gets.
pub fn task(size: Size) -> String {
    format!("{}: {}, {}", environment::size(size), format::vcpu(size.cpu_units()), format::memory(size.memory_mib()))
}

/// What an instance type has, and which processor.
pub fn host_has(instance_type: InstanceType) -> String {
    format!(
        "{} · {} · {}",
        format::vcpu(instance_type.vcpus() * 1024),
        format::memory(instance_type.memory_mib()),
        instance_type.architecture().code()
    )
}

/// An instance type with what it has.
pub fn host(instance_type: InstanceType) -> String {
    format!(
        "{}: {}, {}",
        instance_type.code(),
        format::vcpu(instance_type.vcpus() * 1024),
        format::memory(instance_type.memory_mib())
    )
}

/// What OpenHands runs on: the task's size, or the host, with what it has.
pub fn capacity(compute: &Compute) -> String {
    format!(
        "{}: {}, {}",
        environment::size_or_host(compute.code()),
        format::vcpu(compute.cpu_units()),
        format::memory(compute.memory_mib())
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn fields_and_values_have_words() {
        let size = path(&["compute", "size"]);
        assert_eq!((field(&size).as_str(), value(&size, "large").as_str()), ("Size", "Large: 4 vCPU, 16 GiB"));
        assert_eq!(value(&path(&["database", "backup_days"]), "7"), "7 days");
        assert_eq!(value(&path(&["database", "multi_az"]), "true"), "Yes");
        assert_eq!(value(&path(&["access", "certificate_arn"]), "null"), "None");
    }

    #[test]
    fn what_has_no_words_is_shown_as_it_is() {
        let unknown = path(&["brand", "new"]);
        assert_eq!((field(&unknown).as_str(), value(&unknown, "x").as_str()), ("brand.new", "x"));
    }
}
