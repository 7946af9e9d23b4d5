//! Addresses of pages. Every link is built here, so that a page can move in one place.

use crate::zone::Zone;
use chrono::{DateTime, Utc};
use model::{
    AccountId, DraftId, EnvironmentId, MirrorId, OperationId, TeamId, VersionId,
    environment::{EnvironmentFilter, EnvironmentOrder},
    export::Export,
    history::HistoryForm,
    log::{LogLevel, LogQuery, LogRange},
    metric::{Chart, RangeForm},
    update::UpdateForm,
};
use std::fmt::Write;

/// The list of environments.
pub const ENVIRONMENTS: &str = "/environments";
/// The empty create form.
pub const NEW_ENVIRONMENT: &str = "/environments/new";
/// What happened everywhere.
pub const ACTIVITY: &str = "/activity";
/// The teams.
pub const TEAMS: &str = "/teams";
/// One's own account.
pub const ACCOUNT: &str = "/account";
/// The installation's administration.
pub const PLATFORM: &str = "/platform";
/// Signing in.
pub const SIGN_IN: &str = "/sign-in";

/// The parts of the installation's administration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlatformTab {
    Overview,
    Accounts,
    Images,
    People,
    Teams,
    Presets,
    Work,
    Configuration,
}

impl PlatformTab {
    /// In reading order.
    pub const ALL: [Self; 8] = [
        Self::Overview,
        Self::Accounts,
        Self::Images,
        Self::People,
        Self::Teams,
        Self::Presets,
        Self::Work,
        Self::Configuration,
    ];
}

/// A part of the installation's administration.
pub fn platform(tab: PlatformTab) -> String {
    match tab {
        PlatformTab::Overview => PLATFORM.to_owned(),
        PlatformTab::Accounts => format!("{PLATFORM}/accounts"),
        PlatformTab::Images => format!("{PLATFORM}/images"),
        PlatformTab::People => format!("{PLATFORM}/people"),
        PlatformTab::Teams => format!("{PLATFORM}/teams"),
        PlatformTab::Presets => format!("{PLATFORM}/presets"),
        PlatformTab::Work => format!("{PLATFORM}/work"),
        PlatformTab::Configuration => format!("{PLATFORM}/configuration"),
    }
}

/// The catalogue with a version being changed.
pub fn edit_image(version: VersionId) -> String {
    with_query(&platform(PlatformTab::Images), &[("edit", Some(&version.to_string()))])
}

/// The catalogue with a form that begins with a tag of a repository.
pub fn new_image(repository: &str, tag: &str) -> String {
    with_query(&platform(PlatformTab::Images), &[("repository", Some(repository)), ("tag", Some(tag))]) + "#add"
}

/// A copy of an image.
pub fn mirror(mirror: MirrorId) -> String {
    format!("{PLATFORM}/images/{mirror}")
}

/// The cloud accounts, with the credentials of one being checked.
pub fn check_account(account: AccountId) -> String {
    with_query(&platform(PlatformTab::Accounts), &[("check", Some(&account.to_string()))])
}

/// The roles that an account needs.
pub fn account_roles() -> String {
    format!("{}/roles", platform(PlatformTab::Accounts))
}

/// The presets, with a draft that is to become one.
pub fn new_preset(draft: DraftId) -> String {
    with_query(&platform(PlatformTab::Presets), &[("draft", Some(&draft.to_string()))])
}

/// The people whose name or email contains a text, and where the page starts.
pub fn people(search: &str, after: Option<&str>) -> String {
    let search = (!search.is_empty()).then_some(search);
    with_query(&platform(PlatformTab::People), &[("search", search), ("after", after)])
}

/// The tabs of an environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tab {
    Overview,
    Scale,
    Activity,
    Metrics,
    Logs,
    Configuration,
    Settings,
}

impl Tab {
    /// In reading order.
    pub const ALL: [Self; 7] =
        [Self::Overview, Self::Scale, Self::Activity, Self::Metrics, Self::Logs, Self::Configuration, Self::Settings];
}

/// A tab of an environment.
pub fn environment(id: EnvironmentId, tab: Tab) -> String {
    match tab {
        Tab::Overview => format!("/environments/{id}"),
        Tab::Scale => format!("/environments/{id}/scale"),
        Tab::Activity => format!("/environments/{id}/activity"),
        Tab::Metrics => format!("/environments/{id}/metrics"),
        Tab::Logs => format!("/environments/{id}/logs"),
        Tab::Configuration => format!("/environments/{id}/configuration"),
        Tab::Settings => format!("/environments/{id}/settings"),
    }
}

/// A stack in AWS's own console.
pub fn aws_stack(region: &str, stack_id: &str) -> String {
    format!("{}#/stacks/stackinfo?stackId={}", aws("cloudformation", region), encoded(stack_id))
}

/// An ECS service in AWS's own console.
pub fn aws_service(region: &str, cluster: &str, service: &str) -> String {
    let (cluster, service) = (encoded(cluster), encoded(service));
    format!(
        "https://{region}.console.aws.amazon.com/ecs/v2/clusters/{cluster}/services/{service}/health?region={region}"
    )
}

/// A database instance in AWS's own console.
pub fn aws_database(region: &str, id: &str) -> String {
    format!("{}#database:id={};is-cluster=false", aws("rds", region), encoded(id))
}

/// A bucket in AWS's own console.
pub fn aws_bucket(region: &str, bucket: &str) -> String {
    format!("https://{region}.console.aws.amazon.com/s3/buckets/{}?region={region}", encoded(bucket))
}

/// A log group in AWS's own console, which encodes the names in its fragments twice, with a dollar for the percent sign.
pub fn aws_log_group(region: &str, group: &str) -> String {
    let name = encoded(group).replace('/', "%2F").replace('%', "$25");
    format!("{}#logsV2:log-groups/log-group/{name}", aws("cloudwatch", region))
}

fn aws(service: &str, region: &str) -> String {
    format!("https://{region}.console.aws.amazon.com/{service}/home?region={region}")
}

/// The page of an environment's capacity with a form that was filled in.
pub fn scale(id: EnvironmentId, form: &UpdateForm) -> String {
    with_query(&environment(id, Tab::Scale), &form.pairs().map(|(field, value)| (field, Some(value))))
}

/// The plan of a changed spec; the form's fields follow as the query.
pub fn update_plan(id: EnvironmentId) -> String {
    format!("/environments/{id}/scale/plan")
}

/// How the metrics of an environment are looked at; all of it is in the address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MetricsView {
    pub range: RangeForm,
    /// By the browser's clock instead of UTC.
    pub local: bool,
    /// Asks again by itself.
    pub live: bool,
    /// The chart whose table is open where scripts are off.
    pub table: Option<Chart>,
}

/// The metrics of an environment.
pub fn metrics(id: EnvironmentId, view: &MetricsView) -> String {
    let text = |text: &'_ str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let pairs = [
        ("range", text(&view.range.range)),
        ("from", text(&view.range.from)),
        ("to", text(&view.range.to)),
        ("time", view.local.then(|| Zone::LOCAL.to_owned())),
        ("live", view.live.then(|| "on".to_owned())),
        ("table", view.table.map(|chart| chart.code().to_owned())),
    ];
    let pairs: Vec<(&str, Option<&str>)> = pairs.iter().map(|(key, value)| (*key, value.as_deref())).collect();
    with_query(&environment(id, Tab::Metrics), &pairs)
}

/// Where an environment differs from its template.
pub fn drift(id: EnvironmentId) -> String {
    format!("{}#drift", environment(id, Tab::Configuration))
}

/// Something of a revision, as a file.
pub fn export(id: EnvironmentId, revision: u32, file: Export) -> String {
    format!("/environments/{id}/revisions/{revision}/{}", file.file_name())
}

/// Two revisions side by side, the older one first; without numbers, the newest two.
pub fn revisions(id: EnvironmentId, numbers: Option<(u32, u32)>) -> String {
    let path = format!("/environments/{id}/revisions");
    match numbers {
        Some((from, to)) => format!("{path}?from={from}&to={to}"),
        None => path,
    }
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

/// The list with a filter, and where its page starts: the cursor, and how many rows come before it.
pub fn environments(filter: &EnvironmentFilter, place: Option<(&str, u32)>) -> String {
    let team = filter.team.map(|team| team.to_string());
    let from = place.map(|(_, before)| before.to_string());
    let pairs = [
        ("search", (!filter.search.is_empty()).then_some(filter.search.as_str())),
        ("team", team.as_deref()),
        ("status", filter.state.map(|state| state.code())),
        ("edition", filter.edition.map(|edition| edition.code())),
        ("region", filter.region.as_deref()),
        ("deleted", filter.deleted.then_some("on")),
        ("sort", (filter.order != EnvironmentOrder::default()).then(|| filter.order.code())),
        ("after", place.map(|(after, _)| after)),
        ("from", from.as_deref()),
    ];
    with_query(ENVIRONMENTS, &pairs)
}

/// How log lines are drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LogView {
    /// Long lines run on instead of being wrapped.
    pub unwrapped: bool,
    /// Times are the browser's instead of UTC.
    pub local: bool,
}

/// Log lines that a query finds, or those before a cursor.
pub fn logs(id: EnvironmentId, query: &LogQuery, view: LogView, before: Option<&str>) -> String {
    with_query(&environment(id, Tab::Logs), &log_pairs(query, view, before))
}

/// What came just before and after a moment, whatever else was asked for.
pub fn logs_around(id: EnvironmentId, at: DateTime<Utc>, view: LogView) -> String {
    let query = LogQuery { around: crate::format::millisecond(at), ..LogQuery::default() };
    logs(id, &query, view, None)
}

/// The same lines as a file.
pub fn log_file(id: EnvironmentId, query: &LogQuery) -> String {
    with_query(&format!("/environments/{id}/logs.txt"), &log_pairs(query, LogView::default(), None))
}

fn log_pairs<'a>(query: &'a LogQuery, view: LogView, before: Option<&'a str>) -> [(&'static str, Option<&'a str>); 10] {
    let filled = |text: &'a str| Some(text).filter(|text| !text.is_empty());
    [
        ("text", filled(&query.text)),
        ("level", query.level.map(LogLevel::code)),
        ("stream", filled(&query.stream)),
        ("range", Some(query.range.code()).filter(|_| query.range != LogRange::default())),
        ("from", filled(&query.from)),
        ("to", filled(&query.to)),
        ("around", filled(&query.around)),
        ("wrap", view.unwrapped.then_some("off")),
        ("time", view.local.then_some("local")),
        ("before", before),
    ]
}

/// The query of an address, by the names of its values.
pub fn log_query(value: impl Fn(&str) -> String) -> LogQuery {
    LogQuery {
        text: value("text"),
        level: LogLevel::from_code(&value("level")),
        stream: value("stream"),
        range: LogRange::from_code(&value("range")),
        from: value("from"),
        to: value("to"),
        around: value("around"),
    }
}

/// How an address wants log lines to be drawn.
pub fn log_view(value: impl Fn(&str) -> String) -> LogView {
    LogView { unwrapped: value("wrap") == "off", local: value("time") == "local" }
}

/// The history with a filter, and where its page starts.
pub fn activity(form: &HistoryForm, after: Option<&str>) -> String {
    filtered(ACTIVITY, form, after)
}

/// The events that a filter lets through, as a file.
pub fn activity_csv(form: &HistoryForm) -> String {
    filtered("/activity.csv", form, None)
}

/// The history of an environment with a filter, and where its page starts.
pub fn environment_activity(id: EnvironmentId, form: &HistoryForm, after: Option<&str>) -> String {
    filtered(&environment(id, Tab::Activity), form, after)
}

fn filtered(path: &str, form: &HistoryForm, after: Option<&str>) -> String {
    let mut pairs: Vec<_> =
        HistoryForm::FIELDS.map(|field| (field, Some(form.get(field)).filter(|value| !value.is_empty()))).to_vec();
    pairs.push(("after", after));
    with_query(path, &pairs)
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
    use model::environment::{EnvironmentStatus, OrderBy, StateFilter};

    #[test]
    fn a_path_belongs_to_one_entry_of_the_navigation() {
        for (path, entry) in [
            ("/teams/x", TEAMS),
            ("/activity", ACTIVITY),
            ("/environments", ENVIRONMENTS),
            ("/operations/x", ENVIRONMENTS),
        ] {
            let under: Vec<_> = [ENVIRONMENTS, ACTIVITY, TEAMS, PLATFORM, ACCOUNT]
                .into_iter()
                .filter(|entry| is_under(path, entry))
                .collect();
            assert_eq!(under, [entry], "{path}");
        }
        assert!(!is_under("/teamsters", TEAMS));
    }

    #[test]
    fn a_filter_stands_in_the_link_and_an_empty_one_leaves_none() {
        assert_eq!(environments(&EnvironmentFilter::default(), None), "/environments");
        let filter = EnvironmentFilter {
            search: "a b&c".into(),
            state: Some(StateFilter::Status(EnvironmentStatus::DeleteFailed)),
            deleted: true,
            order: EnvironmentOrder { by: OrderBy::Created, descending: true },
            ..Default::default()
        };
        assert_eq!(
            environments(&filter, Some(("x=", 50))),
            "/environments?search=a%20b%26c&status=delete_failed&deleted=on&sort=-created&after=x%3D&from=50"
        );
    }

    #[test]
    fn how_metrics_are_looked_at_stands_in_the_link() {
        let id = EnvironmentId(uuid::Uuid::nil());
        let plain = metrics(id, &MetricsView::default());
        assert_eq!(plain, environment(id, Tab::Metrics));
        let range =
            RangeForm { range: "custom".into(), from: "2026-01-05T09:00".into(), to: "2026-01-05T10:00".into() };
        let view = MetricsView { range, local: true, live: true, table: Some(Chart::ClientErrors) };
        let query =
            "?range=custom&from=2026-01-05T09%3A00&to=2026-01-05T10%3A00&time=local&live=on&table=client-errors";
        assert_eq!(metrics(id, &view), format!("{plain}{query}"));
    }

    #[test]
    fn a_query_for_log_lines_survives_its_address() {
        let id = EnvironmentId(uuid::Uuid::nil());
        assert_eq!(logs(id, &LogQuery::default(), LogView::default(), None), environment(id, Tab::Logs));
        let query = LogQuery {
            text: r#"a "b" & c=d%"#.into(),
            level: Some(LogLevel::Warn),
            stream: "app/openhands/01ab".into(),
            range: LogRange::Custom,
            from: "2026-11-24 10:00".into(),
            to: "2026-11-24T11:00:00Z".into(),
            around: String::new(),
        };
        let view = LogView { unwrapped: true, local: true };
        let address = logs(id, &query, view, Some("1.2"));
        let values: std::collections::HashMap<String, String> = address
            .split_once('?')
            .expect("a query")
            .1
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(name, value)| (name.to_owned(), decoded(value)))
            .collect();
        let value = |name: &str| values.get(name).cloned().unwrap_or_default();
        assert_eq!((log_query(value), log_view(value), value("before").as_str()), (query, view, "1.2"));
        let at = DateTime::from_timestamp_millis(1_795_532_400_123).expect("in range");
        assert!(logs_around(id, at, LogView::default()).ends_with("/logs?around=2026-11-24T15%3A00%3A00.123Z"));
    }

    fn decoded(text: &str) -> String {
        let mut bytes = Vec::new();
        let mut rest = text.bytes();
        while let Some(byte) = rest.next() {
            if byte == b'%' {
                let digits = [rest.next().expect("a digit"), rest.next().expect("a digit")];
                let digits = std::str::from_utf8(&digits).expect("ASCII");
                bytes.push(u8::from_str_radix(digits, 16).expect("hexadecimal"));
            } else {
                bytes.push(byte);
            }
        }
        String::from_utf8(bytes).expect("UTF-8")
    }

    #[test]
    fn names_are_encoded_for_the_console_of_aws() {
        assert_eq!(
            aws_log_group("eu-west-1", "/handrail/demo"),
            "https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#logsV2:log-groups/log-group/$252Fhandrail$252Fdemo"
        );
        let stack = aws_stack("eu-west-1", "arn:aws:cloudformation:eu-west-1:1:stack/demo/x");
        assert!(stack.ends_with("?stackId=arn%3Aaws%3Acloudformation%3Aeu-west-1%3A1%3Astack/demo/x"), "{stack}");
    }

    #[test]
    fn a_filter_of_the_history_stands_in_the_link() {
        assert_eq!(activity(&HistoryForm::default(), None), "/activity");
        let form = HistoryForm { environment: "demo 1".into(), outcome: "failed".into(), ..HistoryForm::default() };
        assert_eq!(activity(&form, Some("5b")), "/activity?environment=demo%201&outcome=failed&after=5b");
        assert_eq!(activity_csv(&form), "/activity.csv?environment=demo%201&outcome=failed");
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
