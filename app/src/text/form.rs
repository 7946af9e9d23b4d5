//! One line for each field of the forms.

/// Label and explanation of a field of the create form.
pub fn create(field: &str) -> (&'static str, &'static str) {
    match field {
        "name" => (
            "Name",
            "Lower-case letters, digits and hyphens, at most 20 characters. It stands in the names of all resources.",
        ),
        "team" => ("Team", "Its members see the environment; operators and owners may change it."),
        "account" => ("Cloud account", "The AWS account that the resources are made in and billed to."),
        "region" => ("Region", "Where the environment runs. Choose one near its users."),
        "version" => ("Version", "The release of OpenHands that runs."),
        "size" => ("Size", "What the one task gets. Builds and tests of the agent run in it too."),
        "architecture" => {
            ("Architecture", "ARM is the cheaper one; x86 runs every prebuilt tool. The plan has the price.")
        }
        "instance_type" => (
            "Instance type",
            "The EC2 host that the environment has to itself. Types with a g (Graviton) are ARM, the others x86.",
        ),
        "disk_gib" => (
            "Host disk (GiB)",
            "40 to 1000, encrypted gp3. What lies on it is lost when the host is replaced; conversations are not.",
        ),
        "ephemeral_gib" => {
            ("Scratch disk (GiB)", "21 to 200. It is lost when the task is replaced; conversations stand on EFS.")
        }
        "cidr" => ("VPC range", "A private range between /16 and /24 that no other environment of the account uses."),
        "zones" => ("Availability zones", "Two are enough for the load balancer; three survive more."),
        "nat" => (
            "Way to the internet",
            "How tasks reach the registry, the language model and git hosts. With endpoints only, the image must be in ECR and the model on Bedrock.",
        ),
        "vpc_id" => (
            "Existing VPC",
            "Id of a VPC to stand in, for example vpc-0123456789abcdef0. Leave it empty to have one made. It needs DNS host names and its own way to the internet.",
        ),
        "private_subnets" => {
            ("Private subnets", "Two or three ids, each in another zone. Tasks, database and files stand there.")
        }
        "public_subnets" => (
            "Public subnets",
            "Two or three ids, each in another zone. Only an internet-facing load balancer stands there.",
        ),
        "scheme" => (
            "Load balancer",
            "Agent Canvas has no sign-in of its own: who reaches it can use it, unless the load balancer asks for sign-in.",
        ),
        "allowed_cidrs" => {
            ("Allowed ranges", "Addresses that the load balancer admits, separated by commas, spaces or lines.")
        }
        "certificate_arn" => {
            ("Certificate ARN", "An issued ACM certificate of the same region. With it the load balancer speaks HTTPS.")
        }
        "host_name" => (
            "Host name",
            "For example agents.example.com. People open this name; without a certificate ARN a certificate is requested for it.",
        ),
        "zone_id" => {
            ("Hosted zone id", "The zone of Route 53 in which the name and the proof for the certificate are made.")
        }
        "zone" => ("Domain of the zone", "For example example.com. The host name must lie in it."),
        "public_acknowledged" => (
            "I know that everybody in the allowed ranges can use this environment",
            "Needed for an internet-facing load balancer without sign-in.",
        ),
        "sign_in" => (
            "Sign-in",
            "The load balancer asks people to sign in before it lets them through. Needs HTTPS. API clients with a session key pass to the API.",
        ),
        "oidc_issuer" => ("Issuer", "As the provider's discovery document has it."),
        "oidc_authorization_endpoint" => ("Authorization endpoint", "Where people's browsers are sent to sign in."),
        "oidc_token_endpoint" => ("Token endpoint", "The load balancer must reach it from AWS."),
        "oidc_user_info_endpoint" => ("User info endpoint", "The load balancer must reach it from AWS."),
        "oidc_client_id" => ("Client id", "The client that the provider knows the load balancer as."),
        "sign_in_secret" => {
            ("Client secret", "Goes straight to Secrets Manager of the account; Handrail keeps only its ARN.")
        }
        "cognito_user_pool_arn" => ("User pool ARN", "A pool of the same region that is there already."),
        "cognito_client_id" => ("App client id", "An app client of the pool that has a secret."),
        "cognito_domain" => ("User pool domain", "The prefix of the pool's domain, or its own domain."),
        "database_class" => ("Database class", "The environment's Postgres. The smallest is enough for a team."),
        "database_storage_gib" => ("Database storage (GiB)", "20 to 1000, gp3, encrypted."),
        "database_multi_az" => {
            ("Standby in a second zone", "Survives the loss of a zone and doubles the database's price.")
        }
        "backup_days" => ("Backups kept (days)", "1 to 35 days of automatic backups."),
        "llm_provider" => ("Model provider", "Who serves the language model."),
        "llm_model" => (
            "Model",
            "As LiteLLM spells it: anthropic/claude-sonnet-4-5, or for Bedrock bedrock/ and an id, for example \
             bedrock/eu.anthropic.claude-sonnet-4-5-20250929-v1:0.",
        ),
        "llm_base_url" => ("Base URL", "Only for an OpenAI-compatible endpoint."),
        "llm_key" => (
            "API key",
            "Goes straight to Secrets Manager of the account; Handrail keeps only its ARN. Not needed for Bedrock.",
        ),
        "variables" => (
            "Extra variables",
            "NAME=value, one on each line. Everybody who sees the environment can read them: secrets have fields of their own.",
        ),
        "secrets" => (
            "Extra secrets",
            "Variables whose values go straight to Secrets Manager of the account; Handrail keeps only where they lie.",
        ),
        "log_retention_days" => ("Logs kept (days)", "How long CloudWatch keeps the container's log lines."),
        _ => ("", ""),
    }
}

/// Label and explanation of a field of the update form: as when it was created, but for what is different afterwards.
pub fn update(field: &str) -> (&'static str, &'static str) {
    match field {
        "version" => {
            ("Version", "The release of OpenHands that runs. Only the one in force and newer ones can be chosen.")
        }
        "database_class" => ("Database class", "The environment's Postgres. Another class restarts it."),
        "database_storage_gib" => ("Database storage (GiB)", "It only grows, by a tenth or more at a time."),
        "secrets" => (
            "Extra secrets",
            "Names, one on each line. Store a value under Settings, Secrets before you name a new one here.",
        ),
        "instance_type" => ("Instance type", "The EC2 host. Another type, or another disk, replaces the host."),
        "ephemeral_gib" => (
            "Scratch disk (GiB)",
            "21 to 200. It is lost when the task is replaced, as by this change; conversations stand on EFS.",
        ),
        _ => create(field),
    }
}

/// Beside the value of an extra secret once one is stored.
pub const SECRET_STORED: &str = "A value is stored. Leave this empty to keep it; empty the name to remove it.";

/// Label of the name of an extra secret, by its row.
pub fn secret_name(row: usize) -> String {
    format!("Name of secret {row}")
}

/// Label of the value of an extra secret, by its row.
pub fn secret_value(row: usize) -> String {
    format!("Value of secret {row}")
}

/// What a size or host costs a month, where it is known.
pub fn price(monthly: Option<model::money::Usd>) -> String {
    monthly.map_or_else(
        || "Price not known here".to_owned(),
        |monthly| format!("about {} a month (estimate)", crate::format::money(monthly)),
    )
}

/// Beside the key field once a key is stored.
pub const KEY_STORED: &str = "A key is stored. Leave this empty to keep it.";
/// Beside the client secret's field once one is stored.
pub const SIGN_IN_SECRET_STORED: &str = "A client secret is stored. Leave this empty to keep it.";
/// What becomes of the other fields with a VPC that is there.
pub const EXISTING_VPC: &str =
    "VPC range, zones and way to the internet are then those of that VPC: the values above are not used.";
/// What the identity provider has to know.
pub const CALLBACK: &str =
    "Register https://<host name>/oauth2/idpresponse with the provider as the address to come back to.";
/// For people who may not create anywhere.
pub const NO_TEAM: &str =
    "You are not an operator or owner of any team, so that you cannot create environments. Ask an owner of your team.";
/// Where no account is registered.
pub const NO_ACCOUNT: &str = "No cloud account is registered yet. A platform admin registers one on the Platform page.";

#[cfg(test)]
mod tests {
    use super::{create, update};

    #[test]
    fn every_field_of_the_update_form_has_its_line() {
        for (field, _) in model::update::UpdateForm::default().pairs() {
            let (label, hint) = update(field);
            assert!(!label.is_empty() && !hint.is_empty(), "{field} has no label or explanation");
        }
    }

    #[test]
    fn every_field_of_the_form_has_its_line() {
        let form = serde_json::to_value(model::draft::DraftForm::default()).expect("serialises");
        for field in form
            .as_object()
            .expect("an object")
            .keys()
            .filter(|field| !["edition", "compute", "preset"].contains(&field.as_str()))
        {
            let (label, hint) = create(field);
            assert!(!label.is_empty() && !hint.is_empty(), "{field} has no label or explanation");
        }
    }
}
