//! The table of page times.

use crate::ask::Timing;
use std::time::Duration;

/// One kind of page.
pub(crate) struct Row {
    pub(crate) what: String,
    pub(crate) timing: Timing,
    /// The same question through a bare handler.
    pub(crate) limit: Option<Timing>,
    pub(crate) budget: Duration,
}

/// Prints them as a Markdown table.
pub(crate) fn print(rows: &[Row]) {
    println!("\n| page | p50 ms | p95 ms | budget p95 | | limit p50 | limit p95 | HTML bytes |");
    println!("| --- | ---: | ---: | ---: | --- | ---: | ---: | ---: |");
    for row in rows {
        let verdict = if row.timing.p95 <= row.budget { "kept" } else { "OVER" };
        let limit =
            |pick: fn(&Timing) -> Duration| row.limit.as_ref().map_or_else(String::new, |timing| ms(pick(timing)));
        println!(
            "| {} | {} | {} | {} | {verdict} | {} | {} | {} |",
            row.what,
            ms(row.timing.p50),
            ms(row.timing.p95),
            row.budget.as_millis(),
            limit(|timing| timing.p50),
            limit(|timing| timing.p95),
            row.timing.bytes,
        );
    }
}

/// Milliseconds with one digit.
pub(crate) fn ms(duration: Duration) -> String {
    format!("{:.1}", duration.as_secs_f64() * 1000.0)
}
