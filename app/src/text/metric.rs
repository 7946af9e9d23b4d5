//! Metrics in words.

use crate::format;
use model::metric::{Blank, Chart, Marker, Metric, Preset, Section};

/// A part of the board.
pub fn section(section: Section) -> &'static str {
    match section {
        Section::Tasks => "Tasks",
        Section::Traffic => "Traffic",
        Section::Data => "Data",
    }
}

/// A chart's title, and what it shows exactly.
pub fn chart(chart: Chart) -> (&'static str, &'static str) {
    match chart {
        Chart::Cpu => ("CPU", "Used share of the CPU that the tasks reserve, on average"),
        Chart::Memory => ("Memory", "Used share of the memory that the tasks reserve, on average"),
        Chart::Tasks => ("Running tasks", "Tasks of the service that run, on average"),
        Chart::Requests => ("Requests", "Requests that reached OpenHands"),
        Chart::Latency => ("Answer time", "Time until OpenHands answered: half, 95 and 99 of 100 answers were quicker"),
        Chart::ClientErrors => {
            ("4xx answers", "Answers that blame the request, from OpenHands and from the load balancer")
        }
        Chart::ServerErrors => {
            ("5xx answers", "Answers that something failed, from OpenHands and from the load balancer")
        }
        Chart::Targets => ("Targets", "Tasks as the load balancer sees them: fewest healthy, most unhealthy"),
        Chart::DatabaseCpu => ("Database CPU", "Used share of the database's CPU, on average"),
        Chart::DatabaseConnections => ("Connections", "Most connections to the database at once"),
        Chart::DatabaseStorage => ("Free storage", "Least free storage of the database"),
        Chart::DatabaseLatency => ("Disk time", "Time of one read and one write on the database's disk, on average"),
        Chart::BucketSize => ("Bucket size", "Bytes in the bucket, measured by AWS once a day"),
    }
}

/// A series within its chart.
pub fn series(metric: Metric) -> &'static str {
    match metric {
        Metric::Cpu | Metric::DatabaseCpu => "CPU",
        Metric::Memory => "Memory",
        Metric::RunningTasks => "Running",
        Metric::Requests => "Requests",
        Metric::LatencyP50 => "p50",
        Metric::LatencyP95 => "p95",
        Metric::LatencyP99 => "p99",
        Metric::Target4xx | Metric::Target5xx => "OpenHands",
        Metric::Balancer4xx | Metric::Balancer5xx => "Load balancer",
        Metric::HealthyTargets => "Healthy",
        Metric::UnhealthyTargets => "Unhealthy",
        Metric::DatabaseConnections => "Connections",
        Metric::DatabaseFreeStorage => "Free",
        Metric::DatabaseReadLatency => "Read",
        Metric::DatabaseWriteLatency => "Write",
        Metric::BucketSize => "Size",
    }
}

/// A range on its button, and read out.
pub fn preset(preset: Preset) -> (&'static str, &'static str) {
    match preset {
        Preset::Hour => ("1 h", "Last hour"),
        Preset::ThreeHours => ("3 h", "Last 3 hours"),
        Preset::TwelveHours => ("12 h", "Last 12 hours"),
        Preset::Day => ("24 h", "Last 24 hours"),
        Preset::Week => ("7 d", "Last 7 days"),
        Preset::Month => ("30 d", "Last 30 days"),
    }
}

/// How fine the points are.
pub fn period(seconds: u32) -> String {
    let words = match seconds {
        60 => "minute".to_owned(),
        3_600 => "hour".to_owned(),
        86_400 => "day".to_owned(),
        seconds if seconds % 86_400 == 0 => format!("{} days", seconds / 86_400),
        seconds if seconds % 3_600 == 0 => format!("{} hours", seconds / 3_600),
        seconds => format!("{} minutes", seconds / 60),
    };
    format!("One point for each {words}")
}

/// An operation's line in the charts.
pub fn marker(marker: &Marker, minutes_ahead: i32) -> String {
    let (status, _) = super::operation::status(marker.status);
    let kind = super::operation::kind(marker.kind);
    format!("{kind}: {}, {}", status.to_ascii_lowercase(), format::day_and_hour(marker.at, minutes_ahead))
}

/// What a reader of one chart hears at a moment: the moment, then each series with its value.
pub fn reading(when: &str, values: &[(&str, String)]) -> String {
    let values: Vec<String> = values.iter().map(|(name, value)| format!("{name} {value}")).collect();
    format!("{when}: {}", values.join(", "))
}

/// Why there are no points: title and text.
pub fn blank(blank: Blank) -> (&'static str, &'static str) {
    match blank {
        Blank::NotMadeYet => (
            "Nothing to measure yet",
            "The stack has not made anything that AWS measures. Charts appear here while the environment comes up.",
        ),
        Blank::NoPoints => (
            "AWS has no points in this range",
            "A new environment has its first ones after two or three minutes. Otherwise choose a longer or later range.",
        ),
        Blank::NotAnsweredYet => {
            ("AWS has not answered yet", "The page asks again by itself; without scripts, reload it in a moment.")
        }
    }
}

/// Above the charts where AWS could not be asked: title.
pub const PROBLEM: &str = "CloudWatch could not be asked";
/// Where an earlier answer is shown in its place.
pub fn earlier(clock: &str) -> String {
    format!("What is shown is as of {clock}.")
}

/// In a chart without points.
pub const NO_DATA: &str = "No data in this range";
/// In a table, where there is no point.
pub const NO_POINT: &str = "no data";
/// Beside a value: the newest one.
pub const LATEST: &str = "Latest";
/// What the reading place of a chart is for.
pub fn reader(title: &str) -> String {
    format!("{title}: read at a moment, with the arrow keys")
}
/// Where scripts are off, instead of a table.
pub const LOAD_TABLE: &str = "Show the table";
/// Below the charts.
pub const ZEROS: &str = "The load balancer reports requests and errors only for minutes that had some. Where it reported its \
    targets but no requests, the charts show zero; where it reported nothing at all, a gap.";
/// While the page asks again by itself.
pub const EVERY: &str = "every 15 s";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_said_in_the_largest_unit_that_fits() {
        for (seconds, text) in [
            (60, "One point for each minute"),
            (300, "One point for each 5 minutes"),
            (7_200, "One point for each 2 hours"),
            (172_800, "One point for each 2 days"),
        ] {
            assert_eq!(period(seconds), text);
        }
    }
}
