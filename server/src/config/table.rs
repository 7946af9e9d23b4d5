//! The settings as a table for those who look after the installation, made from the same declarations as `--help`.

use clap::{ArgMatches, Command, parser::ValueSource};
use model::platform::{Setting, SettingSource, SettingValue};

/// The setting whose value may stand in a file, and the setting that names the file.
const FROM_FILE: (&str, &str) = ("database_url", "database_url_file");

/// Every setting with its value and where that comes from. What `--help` hides of the environment is a secret: of it only
/// whether it is set leaves this function.
pub(super) fn settings(command: &Command, matches: &ArgMatches) -> Vec<Setting> {
    let given = |id: &str| matches.value_source(id).is_some_and(|source| source != ValueSource::DefaultValue);
    command
        .get_arguments()
        .filter_map(|argument| {
            let id = argument.get_id().as_str();
            let variable = argument.get_env()?.to_string_lossy().into_owned();
            let from_file = id == FROM_FILE.0 && given(FROM_FILE.1);
            let source = match matches.value_source(id) {
                _ if from_file => SettingSource::File,
                Some(ValueSource::CommandLine) => SettingSource::Flag,
                Some(ValueSource::EnvVariable) => SettingSource::Environment,
                Some(_) => SettingSource::Default,
                None => SettingSource::Nowhere,
            };
            let text = || {
                let values = matches.get_raw(id)?.map(|value| without_credentials(&value.to_string_lossy()));
                Some(values.collect::<Vec<_>>().join(", "))
            };
            let value = if source == SettingSource::Nowhere {
                SettingValue::NotSet
            } else if argument.is_hide_env_values_set() {
                SettingValue::Hidden
            } else {
                text().map_or(SettingValue::NotSet, SettingValue::Text)
            };
            let meaning = argument.get_help().map(ToString::to_string).unwrap_or_default();
            Some(Setting { flag: argument.get_long().unwrap_or(id).to_owned(), variable, meaning, value, source })
        })
        .collect()
}

/// An address without the user name and password that may stand in it.
fn without_credentials(text: &str) -> String {
    let Some((scheme, rest)) = text.split_once("://") else { return text.to_owned() };
    let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    match authority.rsplit_once('@') {
        Some((_, host)) => format!("{scheme}://…@{host}{path}"),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    const CANARY: &str = "canary-b5f1";

    fn table(arguments: &[&str]) -> Vec<Setting> {
        let arguments = std::iter::once("handrail").chain(arguments.iter().copied()).map(Into::into);
        Config::read(arguments).expect("parses").settings
    }

    fn find<'a>(settings: &'a [Setting], flag: &str) -> &'a Setting {
        settings.iter().find(|setting| setting.flag == flag).expect("there is such a setting")
    }

    #[test]
    fn values_come_with_their_source() {
        let settings = table(&["--session-days", "3", "--trusted-proxies", "10.0.0.0/8,192.0.2.0/24"]);
        let days = find(&settings, "session-days");
        assert_eq!((&days.value, days.source), (&SettingValue::Text("3".to_owned()), SettingSource::Flag));
        assert_eq!(days.variable, "HANDRAIL_SESSION_DAYS");
        assert_eq!(days.meaning, "Days that a session lives");
        let proxies = find(&settings, "trusted-proxies");
        assert_eq!(proxies.value, SettingValue::Text("10.0.0.0/8, 192.0.2.0/24".to_owned()));
        let lease = find(&settings, "lease-seconds");
        assert_eq!((&lease.value, lease.source), (&SettingValue::Text("30".to_owned()), SettingSource::Default));
        let binaries = find(&settings, "postgres-bin");
        assert_eq!((&binaries.value, binaries.source), (&SettingValue::NotSet, SettingSource::Nowhere));
    }

    #[test]
    fn secrets_never_come_into_the_table() {
        let url = format!("postgres://handrail:{CANARY}@db.example.org/handrail");
        let proxy = format!("http://{CANARY}:{CANARY}@proxy.internal:3128/?x=@");
        let settings = table(&["--database-url", &url, "--probe-proxy", &proxy]);
        assert!(!format!("{settings:?}").contains(CANARY), "{settings:?}");
        assert_eq!(find(&settings, "database-url").value, SettingValue::Hidden);
        let proxy = &find(&settings, "probe-proxy").value;
        assert_eq!(*proxy, SettingValue::Text("http://…@proxy.internal:3128/?x=@".to_owned()));
    }

    #[test]
    fn a_secret_from_a_file_is_told_as_such() {
        let settings = table(&["--database-url-file", "/run/secrets/url"]);
        let url = find(&settings, "database-url");
        assert_eq!((&url.value, url.source), (&SettingValue::Hidden, SettingSource::File));
    }

    #[test]
    fn whatever_has_a_secret_name_is_hidden() {
        use clap::CommandFactory;
        for argument in Config::command().get_arguments() {
            let id = argument.get_id().as_str();
            let named = ["secret", "password", "token", "database_url"].iter().any(|word| id.contains(word));
            let is_path = id.ends_with("_file");
            assert!(!named || is_path || argument.is_hide_env_values_set(), "{id} would be shown");
        }
    }
}
