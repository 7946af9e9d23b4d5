//! Who asks: reads the session cookie, and turns away who is not signed in where a route needs somebody.

use super::{Edge, fault, permission, request_id, see_other};
use app::{
    context::{MaybePrincipal, SESSION_COOKIE, Secure},
    error::AppError,
};
use axum::{
    extract::{ConnectInfo, MatchedPath, Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use axum_extra::extract::CookieJar;
use http::{HeaderMap, Method, StatusCode, header};
use model::{Fault, Principal, permission::Permission, person::ClientInfo};
use std::net::{IpAddr, SocketAddr};

/// Longest user agent that is kept, in characters.
const AGENT_MAX: usize = 256;

/// Attaches principal and client to the request, or answers in its place.
pub(super) async fn attach(State(edge): State<Edge>, mut request: Request, next: Next) -> Response {
    let client = client(&edge, &request);
    let matched = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let needed = match &matched {
        Some(pattern) => permission::of(pattern),
        // Nothing matched: a file, or the page that says that nothing is there.
        None => Some(Permission::Public),
    };
    let Some(needed) = needed else {
        tracing::error!(pattern = matched, "a route declares no permission and is refused");
        return StatusCode::FORBIDDEN.into_response();
    };
    let principal = match token(request.headers()) {
        None => None,
        Some(token) => match edge.services.identity.authenticate(&token).await {
            Ok(principal) => principal.map(|principal| Principal { client: client.clone(), ..principal }),
            Err(_) if wants_page(&request) => return fault::unavailable(),
            // Scripts understand the fault itself, and keep what they show until the database is back.
            Err(_) => return AppError::Fault(Fault::Unavailable).into_response(),
        },
    };
    if principal.is_none() && needed != Permission::Public {
        return turn_away(&request);
    }
    request.extensions_mut().insert(MaybePrincipal(principal));
    request.extensions_mut().insert(client);
    request.extensions_mut().insert(Secure(edge.secure));
    next.run(request).await
}

/// The session token of a request's cookie.
pub(super) fn token(headers: &HeaderMap) -> Option<String> {
    CookieJar::from_headers(headers).get(SESSION_COOKIE).map(|cookie| cookie.value().to_owned())
}

/// Sends people to the sign-in page and on from there; tells programs that nobody is signed in.
fn turn_away(request: &Request) -> Response {
    if !wants_page(request) {
        return app::error::unauthenticated().into_response();
    }
    if request.method() != Method::GET {
        return see_other("/sign-in");
    }
    let asked = request.uri().path_and_query().map_or("/", |asked| asked.as_str());
    if asked == "/" {
        return see_other("/sign-in");
    }
    let query: String = form_encoded(asked);
    see_other(&format!("/sign-in?next={query}"))
}

/// Whether a person opens a page or posts a form, and no script asks.
fn wants_page(request: &Request) -> bool {
    let accept = request.headers().get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    accept.is_some_and(|accept| accept.contains("text/html"))
}

/// Percent-encodes for the value of a query.
fn form_encoded(text: &str) -> String {
    use std::fmt::Write;
    text.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'/') {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
        encoded
    })
}

fn client(edge: &Edge, request: &Request) -> ClientInfo {
    ClientInfo {
        ip: client_address(edge, request).map(|address| address.to_string()),
        user_agent: request
            .headers()
            .get(header::USER_AGENT)
            .and_then(|agent| agent.to_str().ok())
            .map(|agent| agent.chars().take(AGENT_MAX).collect()),
        request_id: request_id(request),
    }
}

/// The peer, or the client that trusted proxies name: the last address in `X-Forwarded-For` that is not one of theirs.
pub(super) fn client_address(edge: &Edge, request: &Request) -> Option<IpAddr> {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>()?.0.ip();
    let is_trusted = |address: &IpAddr| edge.trusted_proxies.iter().any(|range| range.contains(address));
    if !is_trusted(&peer) {
        return Some(peer);
    }
    let forwarded = request.headers().get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
    let named: Vec<IpAddr> =
        forwarded.flat_map(|value| value.split(',')).filter_map(|part| part.trim().parse().ok()).collect();
    named.into_iter().rev().find(|address| !is_trusted(address)).or(Some(peer))
}
