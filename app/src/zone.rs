//! Whose clock times are shown by: UTC, or the browser's own.

use chrono::{DateTime, Utc};
use leptos::prelude::*;

/// A choice of clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Zone {
    #[default]
    Utc,
    /// The browser's. Only ever chosen in the browser: the server cannot know it.
    Local,
}

impl Zone {
    /// The word for the browser's clock in links; UTC has none.
    pub const LOCAL: &'static str = "local";

    /// The zone that a word in the address asks for. UTC until the browser draws for itself, so that its first drawing is the server's.
    pub fn of_address(word: Memo<String>) -> Signal<Self> {
        let zone = RwSignal::new(Self::Utc);
        Effect::new(move |_| zone.set(if word.get() == Self::LOCAL { Self::Local } else { Self::Utc }));
        zone.into()
    }

    /// Minutes that its clock is ahead of UTC at a moment.
    pub fn minutes_ahead(self, at: DateTime<Utc>) -> i32 {
        match self {
            Self::Utc => 0,
            Self::Local => {
                #[expect(clippy::cast_precision_loss, reason = "milliseconds of our times fit")]
                let date = js_sys::Date::new(&wasm_bindgen::JsValue::from_f64(at.timestamp_millis() as f64));
                #[expect(clippy::cast_possible_truncation, reason = "at most fourteen hours")]
                let behind = date.get_timezone_offset() as i32;
                -behind
            }
        }
    }
}
