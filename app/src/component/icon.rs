//! Icons, drawn inline. Paths from Lucide 1.62.0 (ISC licence, Copyright (c) 2026 Lucide Icons and Contributors).

use leptos::prelude::*;

/// An icon of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Glyph {
    Alert,
    Check,
    Clock,
    Close,
    Cross,
    Info,
    Menu,
    SignOut,
    Theme,
}

impl Glyph {
    fn path(self) -> &'static str {
        match self {
            Self::Alert => "m21.73 18-8-14a2 2 0 0 0-3.48 0l-8 14A2 2 0 0 0 4 21h16a2 2 0 0 0 1.73-3M12 9v4M12 17h.01",
            Self::Check => "M22 12a10 10 0 1 1-20 0 10 10 0 0 1 20 0zM16 9l-5.5 5.5L8 12",
            Self::Clock => "M12 6v6l4 2M22 12a10 10 0 1 1-20 0 10 10 0 0 1 20 0z",
            Self::Close => "M18 6 6 18M6 6l12 12",
            Self::Cross => "M22 12a10 10 0 1 1-20 0 10 10 0 0 1 20 0zM15 9l-6 6M9 9l6 6",
            Self::Info => "M22 12a10 10 0 1 1-20 0 10 10 0 0 1 20 0zM12 16v-4M12 8h.01",
            Self::Menu => "M4 5h16M4 12h16M4 19h16",
            Self::SignOut => "m16 17 5-5-5-5M21 12H9M9 21H5a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2h4",
            Self::Theme => {
                "M12 2v2M14.837 16.385a6 6 0 1 1-7.223-7.222c.624-.147.97.66.715 1.248a4 4 0 0 0 5.26 5.259c.589-.255 1.396.09 \
                 1.248.715M16 12a4 4 0 0 0-4-4M19 5l-1.256 1.256M20 12h2"
            }
        }
    }
}

/// An icon beside words: hidden from readers of the page's text.
#[component]
pub fn Icon(glyph: Glyph) -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 24 24" width="16" height="16" fill="none" stroke="currentColor" stroke-width="2"
            stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">
            <path d=glyph.path() />
        </svg>
    }
}
