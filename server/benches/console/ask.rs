//! Asks a console as a browser would, one request after the other, and keeps the time of each.

use anyhow::{Context, bail};
use reqwest::{Client, Response, header, redirect::Policy};
use std::{
    collections::BTreeSet,
    fmt::Write,
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

/// Requests that are not counted: the first ones fill caches and open connections.
const WARM_UP: usize = 20;

/// What many requests took.
#[derive(Clone, Copy)]
pub(crate) struct Timing {
    pub(crate) p50: Duration,
    pub(crate) p95: Duration,
    /// Body of the last answer, in bytes.
    pub(crate) bytes: usize,
}

/// Somebody who is signed in.
pub(crate) struct Asker {
    client: Client,
    url: String,
    cookie: String,
    serial: AtomicU32,
}

impl Asker {
    /// Makes the first person through the setup link.
    pub(crate) async fn sign_up(url: &str, setup_link: &str, email: &str, password: &str) -> anyhow::Result<Self> {
        let client = Client::builder().redirect(Policy::none()).no_proxy().build()?;
        let token = setup_link.rsplit('/').next().context("the setup link has no token")?;
        let form = [("token", token), ("name", "Bench"), ("email", email), ("password", password)];
        let body = form.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect::<Vec<_>>().join("&");
        let request = client.post(format!("{url}/api/set_up")).body(body);
        let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let answer = request.send().await.context("the console does not answer")?;
        let cookies = answer.headers().get_all(header::SET_COOKIE).iter().filter_map(|cookie| cookie.to_str().ok());
        let session =
            cookies.filter_map(|cookie| cookie.split(';').next()).find(|pair| pair.starts_with("handrail_session="));
        let Some(session) = session.map(str::to_owned) else {
            bail!("setting up was answered with {}: {}", answer.status(), answer.text().await.unwrap_or_default())
        };
        Ok(Self { client, url: url.to_owned(), cookie: session, serial: AtomicU32::new(0) })
    }

    /// Address of the console without the scheme.
    pub(crate) fn host(&self) -> &str {
        self.url.trim_start_matches("http://")
    }

    /// The session, as a `Cookie` header.
    pub(crate) fn cookie(&self) -> &str {
        &self.cookie
    }

    async fn get(&self, path: &str) -> anyhow::Result<Response> {
        // The console limits requests per address; it is told to believe this process about whom it speaks for.
        let serial = self.serial.fetch_add(1, Ordering::Relaxed);
        let client = format!("10.{}.{}.{}", serial >> 16 & 255, serial >> 8 & 255, serial & 255);
        let request = self.client.get(format!("{}{path}", self.url)).header(header::COOKIE, &self.cookie);
        let request = request.header(header::ACCEPT, "text/html").header("x-forwarded-for", client);
        Ok(request.send().await?.error_for_status()?)
    }

    /// The HTML of a page.
    pub(crate) async fn page(&self, path: &str) -> anyhow::Result<String> {
        Ok(self.get(path).await.with_context(|| path.to_owned())?.text().await?)
    }

    /// Asks for these in turn, `times` in all.
    pub(crate) async fn time(&self, paths: &[String], times: usize) -> anyhow::Result<Timing> {
        time(times, paths, async |path| Ok(self.page(path).await?.len())).await
    }
}

/// Times `ask` over the paths in turn; it returns the size of the answer.
pub(crate) async fn time(
    times: usize,
    paths: &[String],
    ask: impl AsyncFn(&str) -> anyhow::Result<usize>,
) -> anyhow::Result<Timing> {
    let (mut taken, mut bytes) = (Vec::with_capacity(times), 0);
    for (turn, path) in paths.iter().cycle().take(times + WARM_UP).enumerate() {
        let started = Instant::now();
        bytes = ask(path).await?;
        if turn >= WARM_UP {
            taken.push(started.elapsed());
        }
    }
    Ok(Timing { p50: percentile(&mut taken, 50), p95: percentile(&mut taken, 95), bytes })
}

/// The nearest-rank percentile.
pub(crate) fn percentile(taken: &mut [Duration], percent: usize) -> Duration {
    taken.sort_unstable();
    let rank = (taken.len() * percent).div_ceil(100).saturating_sub(1);
    taken.get(rank).copied().unwrap_or_default()
}

/// The environments that a page links to.
pub(crate) fn environments(html: &str) -> BTreeSet<String> {
    links(html)
        .filter_map(|link| link.strip_prefix("/environments/").map(str::to_owned))
        .filter(|id| id.len() == 36 && id.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-'))
        .collect()
}

/// The link to the page after this one.
pub(crate) fn next_page(html: &str) -> Option<String> {
    links(html).find(|link| link.contains("after=")).map(|link| link.replace("&amp;", "&"))
}

/// Every order that a list offers, by its links.
pub(crate) fn sorts(html: &str) -> BTreeSet<String> {
    let sorts = links(html).filter(|link| link.starts_with("/environments?") && link.contains("sort="));
    sorts.filter(|link| !link.contains("after=")).map(|link| link.replace("&amp;", "&")).collect()
}

/// The first team of the list's filter.
pub(crate) fn first_team(html: &str) -> Option<String> {
    let select = html.split_once("name=\"team\"")?.1;
    select
        .split("value=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .find(|id| id.len() == 36)
        .map(str::to_owned)
}

fn links(html: &str) -> impl Iterator<Item = &str> {
    html.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next())
}

/// A cursor of the history that starts so long ago, as `store` writes them: a time in microseconds and an id, as JSON in hex.
pub(crate) fn cursor_before(ago: Duration) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let key = format!("[{},\"ffffffff-ffff-ffff-ffff-ffffffffffff\"]", now.saturating_sub(ago).as_micros());
    key.bytes().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
        encoded
    })
}
