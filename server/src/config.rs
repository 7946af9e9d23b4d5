//! Every setting of the console, as a flag, an environment variable or a file.

mod table;

use anyhow::{Context, bail};
use clap::{CommandFactory, FromArgMatches, Parser, ValueEnum};
use engine::account::FirstAccount;
use model::platform::Setting;
use registry::{Endpoint, Logins};
use std::{ffi::OsString, net::SocketAddr, path::PathBuf};

/// Self-service console for OpenHands on AWS.
///
/// AWS credentials, region and endpoints are taken from the standard AWS environment variables, files and instance roles
/// (AWS_PROFILE, AWS_ACCESS_KEY_ID, AWS_ENDPOINT_URL and so on).
#[derive(Parser, Clone, Debug)]
#[command(name = "handrail", version, max_term_width = 100)]
pub struct Config {
    /// Address and port that the console listens on.
    #[arg(long, env = "HANDRAIL_LISTEN", default_value = "127.0.0.1:3000")]
    pub listen: SocketAddr,

    /// Address and port of the Prometheus metrics (path /metrics). Keep it away from the internet.
    #[arg(long, env = "HANDRAIL_METRICS_LISTEN", default_value = "127.0.0.1:9464")]
    pub metrics_listen: SocketAddr,

    /// The address that people open, for links and cookies, for example https://handrail.example.org. Taken from the listen
    /// address where it is not given. With https the session cookie is sent over https only.
    #[arg(long, env = "HANDRAIL_PUBLIC_URL")]
    pub public_url: Option<String>,

    /// Folder for the console's own Postgres and for the setup link.
    #[arg(long, env = "HANDRAIL_DATA_DIR", default_value = "handrail-data")]
    pub data_dir: PathBuf,

    /// Postgres to use, for example postgres://handrail:…@db.example.org/handrail. Without it the console starts a Postgres
    /// of its own from the installed binaries, in the data folder.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    pub database_url: Option<String>,

    /// File that holds the Postgres address, instead of the setting above.
    #[arg(long, env = "DATABASE_URL_FILE")]
    pub database_url_file: Option<PathBuf>,

    /// Most connections to Postgres.
    #[arg(long, env = "HANDRAIL_DATABASE_CONNECTIONS", default_value_t = 20)]
    pub database_connections: u32,

    /// Folder of the Postgres binaries (initdb, pg_ctl); looked for in the usual places where it is not given.
    #[arg(long, env = "HANDRAIL_POSTGRES_BIN")]
    pub postgres_bin: Option<PathBuf>,

    /// HTTP forward proxy through which environments are asked whether they are ready, since their load balancers are
    /// usually private, for example http://proxy.internal:3128.
    #[arg(long, env = "HANDRAIL_PROBE_PROXY")]
    pub probe_proxy: Option<String>,

    /// Where a registry of images is really reached, as REGISTRY=URL, separated by commas: a proxy of the company's, for
    /// example ghcr.io=https://mirror.example.org. *. at the start stands for every registry that ends so. The proxy is told
    /// which registry is meant with the parameter ns.
    #[arg(long, env = "HANDRAIL_REGISTRY_ENDPOINT", value_delimiter = ',')]
    pub registry_endpoint: Vec<Endpoint>,

    /// File with logins of registries in the form of Docker's config.json. ECR needs none: its logins come from AWS.
    #[arg(long, env = "HANDRAIL_REGISTRY_LOGINS")]
    pub registry_logins: Option<PathBuf>,

    /// Address ranges of the proxies in front of the console, separated by commas. Only these are believed when they name
    /// the client in X-Forwarded-For.
    #[arg(long, env = "HANDRAIL_TRUSTED_PROXIES", value_delimiter = ',')]
    pub trusted_proxies: Vec<ipnet::IpNet>,

    /// Days that a session lives.
    #[arg(long, env = "HANDRAIL_SESSION_DAYS", default_value_t = 14, value_parser = clap::value_parser!(u32).range(1..=365))]
    pub session_days: u32,

    /// Days that an invitation link lives.
    #[arg(long, env = "HANDRAIL_INVITATION_DAYS", default_value_t = 7, value_parser = clap::value_parser!(u32).range(1..=90))]
    pub invitation_days: u32,

    /// Seconds after which another worker takes over the operations of one that was killed.
    #[arg(long, env = "HANDRAIL_LEASE_SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u32).range(4..=600))]
    pub lease_seconds: u32,

    /// Name of the cloud account that is registered when there is none yet, with the console's own AWS credentials.
    #[arg(long, env = "HANDRAIL_FIRST_ACCOUNT_NAME", requires = "first_account_number")]
    pub first_account_name: Option<String>,

    /// The 12-digit number of that account.
    #[arg(long, env = "HANDRAIL_FIRST_ACCOUNT_NUMBER", requires = "first_account_name")]
    pub first_account_number: Option<String>,

    /// The regions of that account, separated by commas; the first one is preselected.
    #[arg(long, env = "HANDRAIL_FIRST_ACCOUNT_REGIONS", value_delimiter = ',', default_value = "us-east-1")]
    pub first_account_regions: Vec<String>,

    /// Folder with the site's files (what cargo-leptos calls site root).
    #[arg(long, env = "LEPTOS_SITE_ROOT", default_value = "target/site")]
    pub site_root: PathBuf,

    /// What is logged, in the syntax of tracing's EnvFilter.
    #[arg(long, env = "HANDRAIL_LOG", default_value = "info,tower_http=warn,sqlx=warn,aws_config=warn")]
    pub log: String,

    /// How log lines are written.
    #[arg(long, env = "HANDRAIL_LOG_FORMAT", value_enum, default_value_t = LogFormat::Text)]
    pub log_format: LogFormat,

    /// All of these with value and source, secrets hidden; empty unless [`Config::read`] made it.
    #[arg(skip)]
    pub settings: Vec<Setting>,
}

/// How log lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

impl Config {
    /// Reads command line and environment. Help, and what is wrong with them, are for the caller to print.
    pub fn read(arguments: impl IntoIterator<Item = OsString>) -> Result<Self, clap::Error> {
        let command = Self::command();
        let matches = command.clone().try_get_matches_from(arguments)?;
        Ok(Self { settings: table::settings(&command, &matches), ..Self::from_arg_matches(&matches)? })
    }

    /// Reads the settings that were given as files.
    pub fn with_secret_files(mut self) -> anyhow::Result<Self> {
        if let Some(file) = &self.database_url_file {
            if self.database_url.is_some() {
                bail!(
                    "DATABASE_URL and DATABASE_URL_FILE are both given: which Postgres is meant? Remove one of them."
                );
            }
            let text = std::fs::read_to_string(file)
                .with_context(|| format!("DATABASE_URL_FILE: {} cannot be read", file.display()))?;
            self.database_url = Some(text.trim().to_owned());
        }
        Ok(self)
    }

    /// Logins of registries.
    pub fn logins(&self) -> anyhow::Result<Logins> {
        let Some(file) = &self.registry_logins else { return Ok(Logins::default()) };
        Logins::read(file).with_context(|| format!("HANDRAIL_REGISTRY_LOGINS: {}", file.display()))
    }

    /// The address that people open, without a slash at the end.
    pub fn public_url(&self) -> String {
        let url = self.public_url.clone().unwrap_or_else(|| format!("http://{}", self.listen));
        url.trim_end_matches('/').to_owned()
    }

    /// Whether the session cookie is sent over https only.
    pub fn is_secure(&self) -> bool {
        self.public_url().starts_with("https://")
    }

    /// The account to register when there is none.
    pub fn first_account(&self) -> anyhow::Result<Option<FirstAccount>> {
        let (Some(name), Some(number)) = (&self.first_account_name, &self.first_account_number) else {
            return Ok(None);
        };
        if number.len() != 12 || !number.bytes().all(|byte| byte.is_ascii_digit()) {
            bail!("HANDRAIL_FIRST_ACCOUNT_NUMBER must be 12 digits, not {number:?}");
        }
        let regions: Vec<String> = self.first_account_regions.iter().map(|region| region.trim().to_owned()).collect();
        for region in &regions {
            if model::spec::region_name(region).is_none() {
                let known: Vec<&str> = model::spec::REGIONS.iter().map(|(code, _)| *code).collect();
                bail!("HANDRAIL_FIRST_ACCOUNT_REGIONS: {region:?} is not one of {}", known.join(", "));
            }
        }
        Ok(Some(FirstAccount { name: name.clone(), aws_account: number.clone(), regions }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    fn parse(arguments: &[&str]) -> Config {
        Config::try_parse_from(std::iter::once("handrail").chain(arguments.iter().copied())).expect("parses")
    }

    #[test]
    fn the_command_line_is_well_formed_and_every_setting_has_help_and_a_variable() {
        let command = Config::command();
        command.clone().debug_assert();
        for argument in command.get_arguments() {
            assert!(argument.get_help().is_some(), "{} has no help", argument.get_id());
            assert!(argument.get_env().is_some(), "{} has no environment variable", argument.get_id());
        }
    }

    /// docs/configuration.md is written by hand; this keeps it whole.
    #[test]
    fn the_documentation_names_every_setting() {
        let text = include_str!("../../docs/configuration.md");
        for argument in Config::command().get_arguments() {
            let variable = argument.get_env().expect("a variable").to_string_lossy().into_owned();
            assert!(text.contains(&format!("`{variable}`")), "docs/configuration.md does not name {variable}");
        }
    }

    #[test]
    fn a_secret_may_stand_in_a_file_but_not_in_both_places() {
        let file = std::env::temp_dir().join(format!("handrail-url-{}", std::process::id()));
        std::fs::write(&file, "postgres://somewhere/db\n").expect("written");
        let path = file.to_string_lossy().into_owned();
        // The tests themselves may run with a DATABASE_URL.
        let from_file = Config { database_url: None, ..parse(&["--database-url-file", &path]) };
        let config = from_file.with_secret_files().expect("read");
        assert_eq!(config.database_url.as_deref(), Some("postgres://somewhere/db"));
        let both = parse(&["--database-url-file", &path, "--database-url", "postgres://x"]).with_secret_files();
        assert!(both.expect_err("ambiguous").to_string().contains("both given"));
        std::fs::remove_file(file).expect("removed");
    }

    #[test]
    fn a_wrong_first_account_is_explained() {
        let base = ["--first-account-name", "Main", "--first-account-number"];
        let short = parse(&[&base[..], &["123"]].concat()).first_account();
        assert!(short.expect_err("too short").to_string().contains("12 digits"));
        let region = parse(&[&base[..], &["111122223333", "--first-account-regions", "mars-1"]].concat());
        assert!(region.first_account().expect_err("unknown").to_string().contains("mars-1"));
    }
}
