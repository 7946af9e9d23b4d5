//! A status word with a dot: the colour never carries the meaning alone.

use leptos::prelude::*;

/// What a colour says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    Good,
    Warn,
    Bad,
    Busy,
    Quiet,
}

impl Tone {
    /// The value of `data-tone`, which the stylesheet colours by.
    pub fn code(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Warn => "warn",
            Self::Bad => "bad",
            Self::Busy => "busy",
            Self::Quiet => "quiet",
        }
    }
}

#[component]
pub fn Badge(tone: Tone, #[prop(into)] label: String) -> impl IntoView {
    view! { <span class="badge" data-tone=tone.code()><span class="dot" aria-hidden="true"></span>{label}</span> }
}
