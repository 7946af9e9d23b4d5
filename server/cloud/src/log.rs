//! Log events of CloudWatch Logs.

use crate::session::Session;
use aws_sdk_cloudwatchlogs::types::FilteredLogEvent;
use chrono::DateTime;
use ports::{
    CloudResult,
    cloud::{LogEvent, LogEvents, LogRequest},
};

impl Session {
    /// One page of a group's events. AWS takes and gives milliseconds, and its end time belongs to the range.
    pub(crate) async fn log_events(&self, ask: &LogRequest) -> CloudResult<LogEvents> {
        let request = self
            .logs
            .filter_log_events()
            .log_group_name(&ask.group)
            .set_filter_pattern(ask.matching.pattern())
            .set_log_stream_names(ask.stream.clone().map(|stream| vec![stream]))
            .start_time(ask.from.timestamp_millis())
            .set_end_time(ask.to.map(|to| to.timestamp_millis() - 1))
            .limit(i32::try_from(ask.limit.clamp(1, 10_000)).unwrap_or(10_000))
            .set_next_token(ask.token.clone());
        let page = self.ask("logs:FilterLogEvents", request.send()).await?;
        let events = page.events.unwrap_or_default().into_iter().filter_map(event).collect();
        Ok(LogEvents { events, next: page.next_token.filter(|token| !token.is_empty()) })
    }
}

/// `None` for an event without a time, which AWS does not send.
fn event(event: FilteredLogEvent) -> Option<LogEvent> {
    Some(LogEvent {
        at: DateTime::from_timestamp_millis(event.timestamp?)?,
        id: event.event_id.unwrap_or_default(),
        stream: event.log_stream_name.unwrap_or_default(),
        message: event.message.unwrap_or_default(),
    })
}
