//! Log lines as a text file to download, written while they are read.

use super::{Edge, see_other};
use app::{context::MaybePrincipal, error::AppError, format, link, text};
use axum::{
    Extension,
    body::Body,
    extract::{Path, Query, State},
    response::{IntoResponse, Response},
};
use futures::{Stream, stream};
use http::{HeaderValue, StatusCode, header};
use model::{
    EnvironmentId, Fault, Principal,
    log::{LogChunk, LogExport, LogLine, LogQuery, LogWindow},
    services::Services,
};
use std::{collections::HashMap, convert::Infallible, fmt::Write};

/// A reader and what they want, while the file is written.
struct Writing {
    services: Services,
    who: Principal,
    environment: EnvironmentId,
    query: LogQuery,
    written: usize,
    next: Next,
}

/// What is written next.
enum Next {
    Chunk(LogChunk),
    Ask(LogExport),
    Nothing,
}

/// The same query as the page's, oldest line first.
pub(super) async fn download(
    State(edge): State<Edge>,
    Extension(MaybePrincipal(principal)): Extension<MaybePrincipal>,
    Path(environment): Path<String>,
    Query(values): Query<HashMap<String, String>>,
) -> Response {
    let Some(who) = principal else { return see_other("/sign-in") };
    let Ok(environment) = environment.parse::<EnvironmentId>() else { return StatusCode::NOT_FOUND.into_response() };
    let query = link::log_query(|name| values.get(name).cloned().unwrap_or_default());
    match begin(&edge.services, &who, environment, &query).await {
        Ok((name, window, first)) => {
            let head = text::log::file_head(&name, window.from, window.to);
            let services = edge.services.clone();
            let writing = Writing { services, who, environment, query, written: 0, next: Next::Chunk(first) };
            file(&name, Body::from_stream(parts(head, writing)))
        }
        Err(Fault::Unavailable) => super::fault::unavailable(),
        Err(fault) => refusal(fault),
    }
}

/// The environment's name, the time that the file covers, and its first part: what can be refused is refused before the file begins.
async fn begin(
    services: &Services,
    who: &Principal,
    environment: EnvironmentId,
    query: &LogQuery,
) -> Result<(String, LogWindow, LogChunk), Fault> {
    let export = services.logs.export_start(who, environment, query.clone()).await?;
    let window = export.window;
    let first = services.logs.export(who, environment, query.clone(), export).await?;
    let name = services.environments.get(who, environment).await?.summary.name;
    match first.trouble {
        Some(model::log::LogTrouble::Cloud(problem)) => Err(Fault::Cloud(problem)),
        _ => Ok((name, window, first)),
    }
}

fn parts(head: String, writing: Writing) -> impl Stream<Item = Result<String, Infallible>> {
    let rest = stream::unfold(writing, |mut writing| async move {
        let text = match std::mem::replace(&mut writing.next, Next::Nothing) {
            Next::Chunk(chunk) => writing.write(chunk),
            Next::Ask(at) => {
                let Writing { services, who, environment, query, .. } = &writing;
                match services.logs.export(who, *environment, query.clone(), at).await {
                    Ok(chunk) => writing.write(chunk),
                    // The reader was signed out or lost the right meanwhile, or the database went away.
                    Err(fault) => format!("# {}\n", text::fault::title(&AppError::Fault(fault))),
                }
            }
            Next::Nothing => return None,
        };
        Some((Ok(text), writing))
    });
    // Fused: what compresses the body asks once more after the end.
    futures::StreamExt::fuse(futures::StreamExt::chain(stream::once(async move { Ok(head) }), rest))
}

impl Writing {
    /// The lines of a part, and the end of the file where it is the last one.
    fn write(&mut self, chunk: LogChunk) -> String {
        self.written += chunk.lines.len();
        let mut text = String::new();
        for line in &chunk.lines {
            write_line(&mut text, line);
        }
        if let Some(trouble) = &chunk.trouble {
            text.push_str(&text::log::file_broken(trouble));
        }
        if chunk.capped {
            text.push_str(&text::log::file_capped(self.written));
        }
        match chunk.next {
            Some(at) => self.next = Next::Ask(at),
            None if self.written == 0 && chunk.trouble.is_none() => text.push_str(text::log::FILE_EMPTY),
            None => {}
        }
        text
    }
}

fn write_line(text: &mut String, line: &LogLine) {
    // Writing into a String cannot fail.
    let _ = writeln!(text, "{} {} {}", format::millisecond(line.at), line.stream, line.message);
}

fn file(name: &str, body: Body) -> Response {
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    // Names of environments are lower-case letters, digits and hyphens.
    if let Ok(value) = HeaderValue::try_from(format!("attachment; filename=\"handrail-{name}-logs.txt\"")) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    response
}

/// What went wrong, as plain text: there is no page around it.
fn refusal(fault: Fault) -> Response {
    let status = app::error::status(&fault);
    let words = text::fault::text(&AppError::Fault(fault));
    (status, [(header::CONTENT_TYPE, "text/plain; charset=utf-8")], format!("{words}\n")).into_response()
}
