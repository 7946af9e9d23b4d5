//! A boxed remark: what is so, and what to do.

use super::{Glyph, Icon, Tone};
use leptos::prelude::*;

#[component]
pub fn Callout(tone: Tone, #[prop(into)] title: String, children: Children) -> impl IntoView {
    let glyph = match tone {
        Tone::Good => Glyph::Check,
        Tone::Warn => Glyph::Alert,
        Tone::Bad => Glyph::Cross,
        Tone::Busy | Tone::Quiet => Glyph::Info,
    };
    view! {
        <div class="callout" data-tone=tone.code()>
            <Icon glyph />
            <div class="callout-body"><p class="callout-title">{title}</p>{children()}</div>
        </div>
    }
}
