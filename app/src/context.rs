//! What a server function takes from the request that it answers: services, principal, client, cookies.

/// Name of the cookie that carries the session token.
pub const SESSION_COOKIE: &str = "handrail_session";
/// Name of the cookie that carries the chosen theme, `light` or `dark`. Readable by scripts, which write it.
pub const THEME_COOKIE: &str = "handrail_theme";

#[cfg(feature = "ssr")]
pub use server::*;

#[cfg(feature = "ssr")]
mod server {
    use super::SESSION_COOKIE;
    use crate::{
        error::{AppError, status},
        link,
    };
    use http::{HeaderValue, Method, header, request::Parts};
    use leptos::prelude::use_context;
    use leptos_axum::ResponseOptions;
    use model::{
        Fault, Principal, Secret,
        person::ClientInfo,
        services::{NewSession, Services},
    };

    /// Who asks, if somebody is signed in. The server puts it into the extensions of every request.
    #[derive(Clone, Debug)]
    pub struct MaybePrincipal(pub Option<Principal>);

    /// Whether cookies are marked `Secure`: the console is reached over HTTPS.
    #[derive(Clone, Copy, Debug)]
    pub struct Secure(pub bool);

    /// Name of the cookie that hands a fresh invitation link to the next page where scripts are off. Lives a minute.
    const INVITED_COOKIE: &str = "handrail_invited";

    /// The services, for what needs nobody signed in.
    pub fn services() -> Result<Services, AppError> {
        use_context::<Services>().ok_or_else(|| AppError::Transport("no services in this context".into()))
    }

    /// The services and the person who asks.
    pub fn signed_in() -> Result<(Services, Principal), AppError> {
        let who = principal().ok_or_else(|| fail(Fault::Unauthenticated))?;
        Ok((services()?, who))
    }

    /// The person who asks, if somebody is signed in.
    pub fn principal() -> Option<Principal> {
        extension::<MaybePrincipal>().and_then(|MaybePrincipal(principal)| principal)
    }

    /// Where the request came from.
    pub fn client() -> ClientInfo {
        extension().unwrap_or_default()
    }

    fn extension<T: Clone + Send + Sync + 'static>() -> Option<T> {
        use_context::<Parts>().and_then(|parts| parts.extensions.get::<T>().cloned())
    }

    /// Whether a page is being drawn, for which somebody waits, and not a part of one asked for by a script.
    pub fn draws_page() -> bool {
        use_context::<Parts>().is_some_and(|parts| !parts.uri.path().starts_with("/api/"))
    }

    /// A plain form post, which is answered by a redirect and not by a status.
    fn is_plain_post(parts: &Parts) -> bool {
        let accept = parts.headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
        parts.method == Method::POST && accept.is_some_and(|accept| accept.contains("text/html"))
    }

    /// Turns a fault into the answer's error and gives the answer its status. A page whose AWS part fails is still a good page.
    pub fn fail(fault: Fault) -> AppError {
        if let (Some(parts), Some(options)) = (use_context::<Parts>(), use_context::<ResponseOptions>()) {
            let stays_good = parts.method == Method::GET && matches!(fault, Fault::Cloud(_));
            if !is_plain_post(&parts) && !stays_good {
                options.set_status(status(&fault));
            }
        }
        AppError::Fault(fault)
    }

    fn cookie(name: &str) -> Option<String> {
        let parts = use_context::<Parts>()?;
        let cookies = parts.headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        cookies
            .flat_map(|value| value.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value.to_owned())
    }

    fn set_cookie(name: &str, value: &str, path: &str, max_age_seconds: i64) {
        let secure = if extension::<Secure>().is_some_and(|Secure(secure)| secure) { "; Secure" } else { "" };
        let text = format!("{name}={value}; Path={path}; Max-Age={max_age_seconds}; HttpOnly; SameSite=Lax{secure}");
        if let (Some(options), Ok(value)) = (use_context::<ResponseOptions>(), HeaderValue::try_from(text)) {
            options.append_header(header::SET_COOKIE, value);
        }
    }

    /// Signs the browser in.
    pub fn start_session(session: &NewSession) {
        set_cookie(SESSION_COOKIE, session.token.expose(), "/", session.max_age_seconds);
    }

    /// Makes the browser forget its session.
    pub fn end_session() {
        set_cookie(SESSION_COOKIE, "", "/", 0);
    }

    /// Keeps an invitation link for the page that follows a plain form post: it must not stand in a URL.
    pub fn keep_invitation(token: &Secret) {
        if use_context::<Parts>().is_some_and(|parts| is_plain_post(&parts)) {
            set_cookie(INVITED_COOKIE, token.expose(), link::TEAMS, 60);
        }
    }

    /// The kept invitation link, which is forgotten by this.
    pub fn take_invitation() -> Option<String> {
        let token = cookie(INVITED_COOKIE).filter(|token| !token.is_empty())?;
        set_cookie(INVITED_COOKIE, "", link::TEAMS, 0);
        Some(invitation_address(&Secret::new(token)))
    }

    /// The whole address of an invitation link.
    pub fn invitation_address(token: &Secret) -> String {
        let host = use_context::<Parts>()
            .and_then(|parts| parts.headers.get(header::HOST).and_then(|host| host.to_str().ok()).map(str::to_owned));
        let scheme = if extension::<Secure>().is_some_and(|Secure(secure)| secure) { "https" } else { "http" };
        let path = link::invitation(token.expose());
        host.map_or_else(|| path.clone(), |host| format!("{scheme}://{host}{path}"))
    }

    /// The theme that the browser was told to keep.
    pub fn theme() -> Option<&'static str> {
        match cookie(super::THEME_COOKIE)?.as_str() {
            "light" => Some("light"),
            "dark" => Some("dark"),
            _ => None,
        }
    }
}
