//! The history as a file for spreadsheets.

use super::{Edge, csv, see_other};
use app::{context::MaybePrincipal, text};
use axum::{
    Extension,
    body::Body,
    extract::{Query, State},
    response::{IntoResponse, Response},
};
use chrono::SecondsFormat;
use futures::{StreamExt, stream};
use http::{HeaderMap, HeaderValue, header};
use model::{
    Fault, Principal,
    history::{HistoryEntry, HistoryForm},
    page::Page,
    services::Services,
};

/// Most events that a file holds; `app::text::audit::EXPORT` says so.
const MOST: u32 = 50_000;

const HEADS: [&str; 16] = [
    "time",
    "actor",
    "action",
    "sentence",
    "outcome",
    "subject",
    "team",
    "team id",
    "environment id",
    "operation id",
    "operation",
    "operation status",
    "operation seconds",
    "changes",
    "ip",
    "request id",
];

/// A file being written, page by page as the reader takes it.
struct Export {
    most: u32,
    services: Services,
    who: Principal,
    filter: HistoryForm,
    written: u32,
    page: Option<Page<HistoryEntry>>,
}

/// Every event that the filter in the query lets through, up to [`MOST`].
pub(super) async fn download(
    State(edge): State<Edge>,
    Extension(MaybePrincipal(principal)): Extension<MaybePrincipal>,
    Query(filter): Query<HistoryForm>,
) -> Response {
    let Some(who) = principal else { return see_other("/sign-in") };
    // The first page is read before anything is sent, so that a refusal has its status.
    let page = match edge.services.history.export(&who, filter.clone(), None).await {
        Ok(page) => page,
        Err(fault) => return super::fault::of_file(&fault, "the history could not be exported"),
    };
    let export = Export { most: MOST, services: edge.services, who, filter, written: 0, page: Some(page) };
    let mut head = String::new();
    csv::line(&mut head, HEADS);
    let rest = stream::unfold(Some(export), |export| async {
        match next(export?).await {
            Ok((text, rest)) => Some((Ok(text), rest)),
            // The connection is cut, so that nobody takes a part for the whole.
            Err(fault) => Some((Err(fault), None)),
        }
    });
    // Fused: what compresses the body asks once more after the end.
    let lines = stream::once(async { Ok(head) }).chain(rest).fuse();
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    headers.insert(
        header::CONTENT_DISPOSITION,
        HeaderValue::from_static("attachment; filename=\"handrail-activity.csv\""),
    );
    (headers, Body::from_stream(lines)).into_response()
}

/// The lines of the page that is at hand, and what comes after it.
async fn next(mut export: Export) -> Result<(String, Option<Export>), Fault> {
    let Some(page) = export.page.take() else { return Ok((String::new(), None)) };
    let mut lines = String::new();
    for entry in &page.items {
        if export.written == export.most {
            csv::line(&mut lines, [text::audit::cut_off(export.most).as_str()]);
            return Ok((lines, None));
        }
        line(&mut lines, entry);
        export.written += 1;
    }
    let Some(after) = page.next else { return Ok((lines, None)) };
    let following = export.services.history.export(&export.who, export.filter.clone(), Some(after)).await;
    export.page = Some(following.inspect_err(|fault| tracing::warn!(%fault, "an export was cut off"))?);
    Ok((lines, Some(export)))
}

fn line(lines: &mut String, entry: &HistoryEntry) {
    let event = &entry.event;
    let id = |id: Option<String>| id.unwrap_or_default();
    let operation = entry.operation.as_ref();
    let changes: Vec<String> = event
        .changes
        .iter()
        .map(|change| match (&change.before, &change.after) {
            (None, None) => format!("{} changed", change.field),
            (before, after) => {
                let side = |value: &Option<String>| value.clone().unwrap_or_else(|| "nothing".to_owned());
                format!("{}: {} -> {}", change.field, side(before), side(after))
            }
        })
        .collect();
    let cells = [
        event.at.to_rfc3339_opts(SecondsFormat::Millis, true),
        text::audit::actor(&event.actor),
        event.action.code().to_owned(),
        text::audit::plain(entry),
        event.action.outcome().code().to_owned(),
        event.subject.clone(),
        entry.team_name.clone().unwrap_or_default(),
        id(event.team.map(|id| id.to_string())),
        id(event.environment.map(|id| id.to_string())),
        id(event.operation.map(|id| id.to_string())),
        operation.map(|one| one.kind.code()).unwrap_or_default().to_owned(),
        operation.map(|one| one.status.code()).unwrap_or_default().to_owned(),
        operation.and_then(|one| one.seconds()).map(|seconds| seconds.to_string()).unwrap_or_default(),
        changes.join("; "),
        event.ip.clone().unwrap_or_default(),
        event.request_id.clone().unwrap_or_default(),
    ];
    csv::line(lines, cells.iter().map(String::as_str));
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::{Settings, fakes::world};
    use model::team::Role;

    #[tokio::test]
    async fn a_file_that_does_not_hold_everything_says_so_in_its_last_line() {
        let world = world();
        let settings = Settings {
            version: "0.0.0".to_owned(),
            endpoint_override: None,
            session_days: 14,
            invitation_days: 7,
            configuration: Vec::new(),
        };
        let services = engine::services(world.outside(), settings);
        for n in 0..3 {
            let address = format!("n{n}@example.org");
            services.teams.invite(&world.owner, world.team.id, &address, Role::Viewer).await.expect("invited");
        }
        for (most, lines) in [(2, 3), (3, 3), (4, 3)] {
            let page = services.history.export(&world.owner, HistoryForm::default(), None).await.expect("read");
            let (services, who) = (services.clone(), world.owner.clone());
            let export = Export { most, services, who, filter: HistoryForm::default(), written: 0, page: Some(page) };
            let (text, rest) = next(export).await.expect("written");
            assert!(rest.is_none());
            assert_eq!(text.lines().count(), lines, "{text}");
            assert_eq!(text.contains("Only the newest 2 events"), most == 2, "{text}");
        }
    }
}
