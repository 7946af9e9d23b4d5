//! What an environment consists of in AWS: names to copy, and the way to them.

use crate::{
    component::{Copy, FrameFacts, KeyValue, KeyValues},
    link, text,
};
use leptos::prelude::*;
use model::environment::EnvironmentDetail;

/// The card. Links lead to AWS's own console, so that there are none where calls do not go to AWS.
pub(super) fn parts(detail: &EnvironmentDetail, facts: FrameFacts) -> impl IntoView + use<> {
    let region = detail.summary.region.clone();
    let parts = detail.parts.clone();
    let stack = detail.stack_id.as_deref().map(|id| link::aws_stack(&region, id));
    let service = parts
        .cluster
        .as_deref()
        .zip(parts.service.as_deref())
        .map(|(cluster, service)| link::aws_service(&region, cluster, service));
    let database = parts.database.as_deref().map(|id| link::aws_database(&region, id));
    let bucket = parts.bucket.as_deref().map(|bucket| link::aws_bucket(&region, bucket));
    let logs = parts.log_group.as_deref().map(|group| link::aws_log_group(&region, group));
    let rows = [
        ("Stack", Some(detail.stack_name.clone()), stack),
        ("Stack id", detail.stack_id.clone(), None),
        ("Load balancer", parts.load_balancer, None),
        ("Cluster", parts.cluster, None),
        ("Service", parts.service, service),
        ("Database", parts.database, database),
        ("Bucket", parts.bucket, bucket),
        ("File system", parts.file_system, None),
        ("Log group", parts.log_group, logs),
        ("Secret with the session key", parts.session_key_secret, None),
    ];
    let rows = rows
        .into_iter()
        .filter_map(|(name, value, address)| value.map(|value| row(name, value, address, facts)))
        .collect_view();
    view! {
        <section class="card wide" aria-labelledby="parts"><h2 id="parts">"In AWS"</h2><KeyValues>{rows}</KeyValues></section>
    }
}

fn row(name: &'static str, value: String, address: Option<String>, facts: FrameFacts) -> impl IntoView {
    let open = address.map(|address| {
        let shown = move || {
            let address = address.clone();
            Suspend::new(async move {
                let is_aws = facts.read().await.is_some_and(|facts| facts.installation.endpoint_override.is_none());
                let what = text::environment::open_in_aws(name);
                is_aws
                    .then(|| view! { <a class="small" href=address rel="noreferrer" aria-label=what>"Open in AWS"</a> })
            })
        };
        view! { <Transition>{shown}</Transition> }
    });
    view! {
        <KeyValue name>
            <span class="row"><span class="mono">{value.clone()}</span><Copy text=value label="Copy" what=name />{open}</span>
        </KeyValue>
    }
}
