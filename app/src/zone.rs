//! Whose clock times are shown by: UTC, or the browser's own.

use chrono::{DateTime, TimeDelta, Utc};
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

    /// What its clock is called; the browser says where it is.
    pub fn name(self) -> String {
        match self {
            Self::Utc => "UTC".to_owned(),
            Self::Local => {
                let format = js_sys::Intl::DateTimeFormat::new(&js_sys::Array::new(), &js_sys::Object::new());
                let place = js_sys::Reflect::get(&format.resolved_options(), &"timeZone".into()).ok();
                place.and_then(|place| place.as_string()).unwrap_or_else(|| "this browser's clock".to_owned())
            }
        }
    }

    /// What its clock shows at a moment, as if it showed UTC.
    pub fn wall(self, at: DateTime<Utc>) -> DateTime<Utc> {
        at + TimeDelta::minutes(self.minutes_ahead(at).into())
    }

    /// The moment at which its clock shows this.
    pub fn at(self, wall: DateTime<Utc>) -> DateTime<Utc> {
        moment_of(wall, |at| self.minutes_ahead(at))
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

/// The moment at which a clock shows `wall`. Of an hour that the clock shows twice it is the second; one that it leaves out is
/// read by the clock of before.
fn moment_of(wall: DateTime<Utc>, minutes_ahead: impl Fn(DateTime<Utc>) -> i32) -> DateTime<Utc> {
    let back = |minutes: i32| wall - TimeDelta::minutes(minutes.into());
    // As far ahead as it was around then, which tells how far ahead it is just then.
    back(minutes_ahead(back(minutes_ahead(wall))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::log::parse_time;

    fn at(text: &str) -> DateTime<Utc> {
        parse_time(text).expect(text)
    }

    /// Berlin's clock in 2026: two hours ahead from 29 March to 25 October, one hour otherwise.
    fn berlin(moment: DateTime<Utc>) -> i32 {
        let summer = at("2026-03-29 01:00") <= moment && moment < at("2026-10-25 01:00");
        if summer { 120 } else { 60 }
    }

    #[test]
    fn what_a_clock_shows_is_one_moment() {
        for (wall, moment) in [
            ("2026-01-05 09:00", "2026-01-05 08:00"),
            ("2026-07-05 09:00", "2026-07-05 07:00"),
            ("2026-03-29 01:59", "2026-03-29 00:59"),
            ("2026-03-29 03:00", "2026-03-29 01:00"),
            ("2026-10-25 01:30", "2026-10-24 23:30"),
            ("2026-10-25 02:30", "2026-10-25 01:30"),
            ("2026-10-25 03:30", "2026-10-25 02:30"),
        ] {
            assert_eq!(moment_of(at(wall), berlin), at(moment), "{wall}");
        }
    }
}
