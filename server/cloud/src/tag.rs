//! What AWS's tagging API knows.

use crate::{pages, session::Session};
use aws_sdk_resourcegroupstagging::types::TagFilter;
use ports::CloudResult;

impl Session {
    /// ARNs of the resources with this tag.
    pub(crate) async fn tagged(&self, key: &str, value: &str) -> CloudResult<Vec<String>> {
        let filter = &TagFilter::builder().key(key).values(value).build();
        pages::all(|token| async move {
            let request = self.tagging.get_resources().tag_filters(filter.clone()).set_pagination_token(token);
            let page = self.ask("tag:GetResources", request.send()).await?;
            let resources = page.resource_tag_mapping_list.unwrap_or_default();
            Ok((resources.into_iter().filter_map(|resource| resource.resource_arn).collect(), page.pagination_token))
        })
        .await
    }
}
