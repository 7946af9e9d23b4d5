//! Addresses of pages. Every link is built here, so that a page can move in one place.

use model::{DraftId, EnvironmentId, OperationId, TeamId, environment::EnvironmentFilter};
use std::fmt::Write;

/// The list of environments.
pub const ENVIRONMENTS: &str = "/environments";
/// The empty create form.
pub const NEW_ENVIRONMENT: &str = "/environments/new";
/// The teams.
pub const TEAMS: &str = "/teams";
/// One's own account.
pub const ACCOUNT: &str = "/account";
/// The installation's administration.
pub const PLATFORM: &str = "/platform";
/// Signing in.
pub const SIGN_IN: &str = "/sign-in";

/// The tabs of an environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tab {
    Overview,
    Activity,
    Configuration,
    Settings,
}

impl Tab {
    /// In reading order.
    pub const ALL: [Self; 4] = [Self::Overview, Self::Activity, Self::Configuration, Self::Settings];
}

/// A tab of an environment.
pub fn environment(id: EnvironmentId, tab: Tab) -> String {
    match tab {
        Tab::Overview => format!("/environments/{id}"),
        Tab::Activity => format!("/environments/{id}/activity"),
        Tab::Configuration => format!("/environments/{id}/configuration"),
        Tab::Settings => format!("/environments/{id}/settings"),
    }
}

/// The template of a revision, as a file.
pub fn template(id: EnvironmentId, revision: u32) -> String {
    format!("/environments/{id}/revisions/{revision}/template.json")
}

/// The create form with a draft.
pub fn draft(id: DraftId) -> String {
    format!("{NEW_ENVIRONMENT}?draft={id}")
}

/// The plan of a draft.
pub fn plan(id: DraftId) -> String {
    format!("{NEW_ENVIRONMENT}/{id}/plan")
}

/// An operation.
pub fn operation(id: OperationId) -> String {
    format!("/operations/{id}")
}

/// A team.
pub fn team(id: TeamId) -> String {
    format!("/teams/{id}")
}

/// An invitation link's path.
pub fn invitation(token: &str) -> String {
    format!("/invitations/{token}")
}

/// The sign-in page that leads back to a path of ours.
pub fn sign_in(next: &str) -> String {
    format!("{SIGN_IN}?next={}", encoded(next))
}

/// The list with a filter, and where its page starts.
pub fn environments(filter: &EnvironmentFilter, after: Option<&str>) -> String {
    let team = filter.team.map(|team| team.to_string());
    let pairs = [
        ("search", (!filter.search.is_empty()).then_some(filter.search.as_str())),
        ("team", team.as_deref()),
        ("status", filter.status.map(|status| status.code())),
        ("deleted", filter.deleted.then_some("on")),
        ("after", after),
    ];
    with_query(ENVIRONMENTS, &pairs)
}

/// Whether a path belongs to an entry of the navigation. Operations are reached from environments.
pub fn is_under(path: &str, entry: &str) -> bool {
    let below = |entry: &str| path.strip_prefix(entry).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    below(entry) || (entry == ENVIRONMENTS && below("/operations"))
}

/// A page of a longer list.
pub fn after(path: &str, after: &str) -> String {
    with_query(path, &[("after", Some(after))])
}

fn with_query(path: &str, pairs: &[(&str, Option<&str>)]) -> String {
    let mut link = path.to_owned();
    for (key, value) in pairs {
        if let Some(value) = value {
            link.push(if link.len() == path.len() { '?' } else { '&' });
            link.push_str(key);
            link.push('=');
            link.push_str(&encoded(value));
        }
    }
    link
}

/// A path of this console that somebody may be sent to, or the list. Never another site: `//host` and `/\host` lead there.
pub fn safe_next(next: &str) -> &str {
    let own = next.starts_with('/')
        && !next.starts_with("//")
        && !next.contains('\\')
        && !next.starts_with(SIGN_IN)
        && next.chars().all(|c| c.is_ascii() && !c.is_ascii_control());
    if own { next } else { ENVIRONMENTS }
}

fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-_.~/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing into a String cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::environment::EnvironmentStatus;

    #[test]
    fn a_path_belongs_to_one_entry_of_the_navigation() {
        for (path, entry) in [("/teams/x", TEAMS), ("/environments", ENVIRONMENTS), ("/operations/x", ENVIRONMENTS)] {
            let under: Vec<_> =
                [ENVIRONMENTS, TEAMS, PLATFORM, ACCOUNT].into_iter().filter(|entry| is_under(path, entry)).collect();
            assert_eq!(under, [entry], "{path}");
        }
        assert!(!is_under("/teamsters", TEAMS));
    }

    #[test]
    fn a_filter_stands_in_the_link_and_an_empty_one_leaves_none() {
        assert_eq!(environments(&EnvironmentFilter::default(), None), "/environments");
        let filter = EnvironmentFilter {
            search: "a b&c".into(),
            status: Some(EnvironmentStatus::DeleteFailed),
            deleted: true,
            ..Default::default()
        };
        assert_eq!(
            environments(&filter, Some("x=")),
            "/environments?search=a%20b%26c&status=delete_failed&deleted=on&after=x%3D"
        );
    }

    #[test]
    fn after_signing_in_nobody_is_sent_to_another_site() {
        for foreign in ["//evil.example", "https://evil.example", "/\\evil.example", "", "javascript:1", "/a\r\nb"] {
            assert_eq!(safe_next(foreign), ENVIRONMENTS, "{foreign:?}");
        }
        assert_eq!(safe_next("/operations/1?x=2"), "/operations/1?x=2");
    }

    #[test]
    fn sign_in_keeps_the_whole_path_in_one_value() {
        assert_eq!(sign_in("/environments?team=1&x=2"), "/sign-in?next=/environments%3Fteam%3D1%26x%3D2");
    }
}
