//! New lines as they come: asked for every few seconds while the page is in sight, each shown once.

use crate::{
    api,
    component::{Callout, Tone},
    error::AppError,
    text,
};
use leptos::{html::Div, prelude::*, task::spawn_local};
use model::{
    EnvironmentId, Fault,
    log::{LogLine, LogPage, LogQuery, LogTail, LogTrouble},
};
use std::{collections::HashSet, sync::Arc, time::Duration};

/// How often the server is asked. It asks AWS once for all who follow the same lines.
const ASK: Duration = Duration::from_millis(2_500);
/// Most lines kept in the page; the oldest go first.
const SHOWN: usize = 2_000;
/// How many pixels above its end the list still counts as being there.
const NEAR: i32 = 24;

/// What following has come to.
#[derive(Clone, PartialEq)]
enum State {
    /// The page ends in the past.
    Off,
    /// Nobody has asked yet.
    Ready,
    Following(chrono::DateTime<chrono::Utc>),
    Troubled(LogTrouble),
    Interrupted,
    /// The reader may not read on.
    Ended(AppError),
}

/// The lines of a page, and how new ones come to them.
#[derive(Clone, Copy)]
pub(super) struct Follow {
    pub lines: RwSignal<Vec<Arc<LogLine>>>,
    /// The box that the lines are seen through.
    pub sight: NodeRef<Div>,
    state: RwSignal<State>,
    paused: RwSignal<bool>,
    unseen: RwSignal<usize>,
    gap: RwSignal<bool>,
    cursor: StoredValue<String>,
    asking: StoredValue<bool>,
}

impl Follow {
    /// Keeps the lines of a page; in the browser, goes on asking if the page reaches to now.
    pub(super) fn start(id: EnvironmentId, query: LogQuery, page: LogPage) -> Self {
        let follow = Self {
            state: RwSignal::new(if page.tail.is_some() { State::Ready } else { State::Off }),
            lines: RwSignal::new(page.lines.into_iter().map(Arc::new).collect()),
            sight: NodeRef::new(),
            paused: RwSignal::new(false),
            unseen: RwSignal::new(0),
            gap: RwSignal::new(false),
            cursor: StoredValue::new(page.tail.unwrap_or_default()),
            asking: StoredValue::new(false),
        };
        if follow.state.get_untracked() == State::Ready {
            // Effects run in the browser only.
            Effect::new(move |_| {
                let query = query.clone();
                if let Ok(timer) = set_interval_with_handle(move || follow.ask(id, &query), ASK) {
                    on_cleanup(move || timer.clear());
                }
            });
        }
        follow
    }

    /// One question, unless the last one is still open, somebody has paused, or nobody looks at the page.
    fn ask(self, id: EnvironmentId, query: &LogQuery) {
        let ended = matches!(self.state.get_untracked(), State::Ended(_));
        if ended || self.paused.get_untracked() || self.asking.get_value() || document().hidden() {
            return;
        }
        self.asking.set_value(true);
        let (query, since) = (query.clone(), self.cursor.get_value());
        spawn_local(async move {
            let answer = api::log::log_tail(id, query, since).await;
            // The page may have gone meanwhile.
            if self.asking.try_set_value(false).is_some() {
                return;
            }
            match answer {
                Ok(tail) => self.take(tail),
                Err(error) => self.state.set(match error.fault() {
                    Some(Fault::Unauthenticated | Fault::Forbidden | Fault::NotFound) => State::Ended(error),
                    _ => State::Interrupted,
                }),
            }
        });
    }

    fn take(self, tail: LogTail) {
        self.cursor.set_value(tail.cursor);
        self.state.set(match tail.trouble {
            Some(trouble) => State::Troubled(trouble),
            None => State::Following(tail.as_of),
        });
        if tail.gap {
            self.gap.set(true);
        }
        let known: HashSet<String> =
            self.lines.with_untracked(|lines| lines.iter().map(|line| line.id.clone()).collect());
        let new: Vec<_> = tail.lines.into_iter().filter(|line| !known.contains(&line.id)).collect();
        if new.is_empty() {
            return;
        }
        if !self.is_at_end() {
            self.unseen.update(|unseen| *unseen += new.len());
        }
        self.lines.update(|lines| {
            for line in new {
                // A late line goes where its time belongs.
                let place = lines.partition_point(|known| known.at <= line.at);
                lines.insert(place, Arc::new(line));
            }
            let too_many = lines.len().saturating_sub(SHOWN);
            lines.drain(..too_many);
        });
    }

    /// The reversed column counts from its end, upwards below zero.
    fn is_at_end(self) -> bool {
        self.sight.get_untracked().is_none_or(|sight| sight.scroll_top() > -NEAR)
    }

    /// The reader has moved the list.
    pub(super) fn scrolled(self) {
        if self.unseen.get_untracked() > 0 && self.is_at_end() {
            self.unseen.set(0);
        }
    }

    fn to_end(self) {
        if let Some(sight) = self.sight.get_untracked() {
            sight.set_scroll_top(0);
        }
        self.unseen.set(0);
    }

    /// Whether lines are followed, and the button that stops it.
    pub(super) fn controls(self) -> impl IntoView {
        let words = move || match self.state.get() {
            _ if self.paused.get() => Some(text::log::PAUSED.to_owned()),
            State::Following(as_of) => Some(text::log::following(as_of)),
            State::Interrupted => Some(text::log::INTERRUPTED.to_owned()),
            _ => None,
        };
        let live = move || matches!(self.state.get(), State::Following(_)) && !self.paused.get();
        let pause = (self.state.get_untracked() != State::Off).then(|| {
            view! {
                <button type="button" class="btn btn-small with-scripts" on:click=move |_| self.paused.update(|paused| *paused = !*paused)>
                    {move || if self.paused.get() { "Follow" } else { "Pause" }}
                </button>
            }
        });
        view! { <span class="log-state small muted" class:live=live>{words}</span>{pause} }
    }

    /// What stands below the lines: how many are new, and why some are missing.
    pub(super) fn notices(self, again: Callback<()>) -> impl IntoView {
        let unseen = move || {
            let count = self.unseen.get();
            (count > 0).then(|| {
                view! {
                    <button type="button" class="btn btn-primary btn-small log-new" on:click=move |_| self.to_end()>
                        {text::log::unseen(count)}" ↓"
                    </button>
                }
            })
        };
        let gap = move || {
            self.gap.get().then(|| {
                view! {
                    <Callout tone=Tone::Warn title=text::log::GAP>
                        <p><button type="button" class="btn btn-small" on:click=move |_| again.run(())>"Load again"</button></p>
                    </Callout>
                }
            })
        };
        let trouble = move || {
            let (title, words) = match self.state.get() {
                State::Troubled(trouble) => text::log::trouble(&trouble),
                State::Ended(error) => (text::fault::title(&error), text::fault::text(&error)),
                _ => return None,
            };
            Some(view! { <Callout tone=Tone::Warn title=title><p>{words}</p></Callout> })
        };
        view! { {unseen}{gap}<div role="status">{trouble}</div> }
    }
}
