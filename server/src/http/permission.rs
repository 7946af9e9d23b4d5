//! What each route needs. Pages and server functions declare theirs in `app`; the edge's own routes stand here.

use app::permissions::{PAGES, SERVER_FUNCTIONS};
use model::permission::Permission;

/// The edge's own routes behind the session. `/health`, `/ready` and the site's files stand before it and tell nothing of anybody.
pub const ROUTES: &[(&str, Permission)] = &[
    ("/events", Permission::OwnAccount),
    ("/environments/{environment}/logs.txt", Permission::TeamView),
    ("/activity.csv", Permission::OwnAccount),
    ("/environments/{environment}/revisions/{revision}/{file}", Permission::TeamView),
];

/// The permission of a route's pattern; `None` if nobody has declared one, which refuses every request to it.
pub fn of(pattern: &str) -> Option<Permission> {
    [ROUTES, PAGES, SERVER_FUNCTIONS]
        .into_iter()
        .flatten()
        .find(|(declared, _)| *declared == pattern)
        .map(|(_, permission)| *permission)
}
