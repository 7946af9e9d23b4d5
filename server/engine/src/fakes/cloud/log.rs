//! Log events in the fake AWS: groups belong to stacks, streams and events to whoever writes them.

use super::{FakeCloud, aws::Aws, name::Home, script::refusal};
use chrono::{DateTime, Utc};
use model::cause::CloudProblemKind;
use ports::{
    CloudResult,
    cloud::{LogEvent, LogEvents, LogRequest},
};

const LOG_GROUP: &str = "AWS::Logs::LogGroup";

/// Every event that was written, by group.
#[derive(Debug, Default)]
pub(super) struct Logs {
    events: std::collections::BTreeMap<String, Vec<LogEvent>>,
    written: usize,
    scan: Option<usize>,
}

impl FakeCloud {
    /// A container writes a line, which may bear a time long past.
    pub fn log_write(&self, group: &str, stream: &str, at: DateTime<Utc>, message: &str) {
        self.set(|aws| {
            aws.logs.written += 1;
            let id = format!("{:056}", aws.logs.written);
            let event = LogEvent { id, at, stream: stream.to_owned(), message: message.to_owned() };
            let events = aws.logs.events.entry(group.to_owned()).or_default();
            let place = events.partition_point(|known| known.at <= at);
            events.insert(place, event);
        });
    }

    /// AWS ends a page after it has searched so many events, whether they fit or not.
    pub fn log_scan(&self, events: usize) {
        self.set(|aws| aws.logs.scan = Some(events));
    }
}

impl Aws {
    pub(super) fn log_events(&self, home: &Home, request: &LogRequest) -> CloudResult<LogEvents> {
        let missing =
            |message: &str| refusal("log_events", CloudProblemKind::NotFound, "ResourceNotFoundException", message);
        if self.ground.find(home, LOG_GROUP, &request.group).is_none() {
            return Err(missing("The specified log group does not exist."));
        }
        let all = self.logs.events.get(&request.group).map(Vec::as_slice).unwrap_or_default();
        if let Some(stream) = &request.stream
            && !all.iter().any(|event| event.stream == *stream)
        {
            return Err(missing("The specified log stream does not exist."));
        }
        let from = all.partition_point(|event| event.at < request.from);
        let to = request.to.map_or(all.len(), |to| all.partition_point(|event| event.at < to)).max(from);
        let done = request.token.as_deref().and_then(|token| token.parse().ok()).unwrap_or(0);
        let (mut events, mut searched) = (Vec::new(), done);
        for event in &all[from..to][done..] {
            if events.len() >= request.limit as usize || self.logs.scan.is_some_and(|scan| searched - done >= scan) {
                break;
            }
            searched += 1;
            let of_stream = request.stream.as_ref().is_none_or(|stream| *stream == event.stream);
            if of_stream && request.matching.fits(&event.message) {
                events.push(event.clone());
            }
        }
        Ok(LogEvents { events, next: (searched < to - from).then(|| searched.to_string()) })
    }
}
