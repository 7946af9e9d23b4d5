//! Where a search or a tail goes on, as text for a URL or the wire. A cursor grants nothing: every use is authorized anew.

use chrono::{DateTime, Utc};
use std::{fmt, str::FromStr};

/// Before what, and in steps of what length, a search goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OlderCursor {
    /// Lines before this moment.
    pub before: DateTime<Utc>,
    /// Milliseconds that were found to be readable at once.
    pub step: i64,
}

/// Where a reader of a tail stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TailCursor {
    /// The watch that gave the cursor; other watches number otherwise.
    pub watch: u64,
    /// Number of the next line of that watch.
    pub serial: u64,
    /// When the reader looked last.
    pub at: DateTime<Utc>,
}

impl TailCursor {
    /// Of a reader that no watch has served yet.
    pub fn starting(at: DateTime<Utc>) -> Self {
        Self { watch: 0, serial: 0, at }
    }
}

impl fmt::Display for OlderCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.before.timestamp_millis(), self.step)
    }
}

impl fmt::Display for TailCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.watch, self.serial, self.at.timestamp_millis())
    }
}

/// Not a cursor of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotACursor;

fn moment(millis: &str) -> Result<DateTime<Utc>, NotACursor> {
    millis.parse().ok().and_then(DateTime::from_timestamp_millis).ok_or(NotACursor)
}

impl FromStr for OlderCursor {
    type Err = NotACursor;

    fn from_str(text: &str) -> Result<Self, NotACursor> {
        let (before, step) = text.split_once('.').ok_or(NotACursor)?;
        let step = step.parse().ok().filter(|step| *step > 0).ok_or(NotACursor)?;
        Ok(Self { before: moment(before)?, step })
    }
}

impl FromStr for TailCursor {
    type Err = NotACursor;

    fn from_str(text: &str) -> Result<Self, NotACursor> {
        let mut parts = text.splitn(3, '.');
        let mut next = || parts.next().ok_or(NotACursor);
        let watch = next()?.parse().map_err(|_| NotACursor)?;
        let serial = next()?.parse().map_err(|_| NotACursor)?;
        Ok(Self { watch, serial, at: moment(next()?)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_survive_the_way_through_text_and_nonsense_is_none() {
        let at = DateTime::from_timestamp_millis(1_767_603_600_123).expect("in range");
        let older = OlderCursor { before: at, step: 60_000 };
        assert_eq!(older.to_string().parse(), Ok(older));
        let tail = TailCursor { watch: u64::MAX, serial: 7, at };
        assert_eq!(tail.to_string().parse(), Ok(tail));
        for text in ["", "1", "x.y", "1.0", "1.-5", "99999999999999999999.1"] {
            assert_eq!(text.parse::<OlderCursor>(), Err(NotACursor), "{text}");
        }
        for text in ["", "1.2", "1.2.x", "-1.2.3"] {
            assert_eq!(text.parse::<TailCursor>(), Err(NotACursor), "{text}");
        }
    }
}
