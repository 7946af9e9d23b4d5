//! The list of environments as a page gets it.

use super::stage::stage;
use model::environment::{EnvironmentFilter, EnvironmentOrder, OrderBy};
use std::time::Duration;

#[tokio::test]
async fn rows_have_a_price_and_pages_say_how_many_there_are() {
    let stage = stage();
    for name in ["alpha", "beta"] {
        stage.ready(name).await;
        stage.world.clock.advance(Duration::from_secs(60));
    }
    let newest = EnvironmentOrder { by: OrderBy::Created, descending: true };
    let filter = EnvironmentFilter { order: newest, ..EnvironmentFilter::default() };
    let page = stage.services.environments.list(&stage.world.viewer, filter, None).await.expect("listed");
    let names: Vec<&str> = page.items.iter().map(|row| row.name.as_str()).collect();
    assert_eq!((names.as_slice(), page.total), (["beta", "alpha"].as_slice(), 2));
    for row in &page.items {
        let spec = stage.detail(row.id).await.summary.spec;
        let estimate = template::estimate(&spec, &row.region);
        assert_eq!((row.monthly, row.monthly_is_least), (estimate.monthly().whole(), estimate.has_unknown()));
        assert_eq!((&row.version, row.size.as_str()), (&spec.image.tag, spec.compute.code()));
    }
    let none = EnvironmentFilter { search: "zeta".to_owned(), ..EnvironmentFilter::default() };
    let page = stage.services.environments.list(&stage.world.viewer, none, None).await.expect("listed");
    assert_eq!((page.items.len(), page.total), (0, 0));
}

#[tokio::test]
async fn the_page_of_an_environment_names_what_its_stack_has_made() {
    let stage = stage();
    let environment = stage.ready("alpha").await;
    let parts = stage.detail(environment).await.parts;
    for part in [parts.load_balancer, parts.cluster, parts.service, parts.database, parts.bucket, parts.log_group] {
        assert!(part.is_some_and(|name| !name.is_empty()));
    }
}
