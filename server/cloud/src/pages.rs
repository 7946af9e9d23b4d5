//! Walking through the pages of an AWS answer.

use ports::CloudResult;
use std::future::Future;

/// One page: its items, and the token that asks for the next page.
pub(crate) type Page<T> = (Vec<T>, Option<String>);

/// All items of all pages. `fetch` gets the token of the page to ask for, `None` for the first.
pub(crate) async fn all<T, F>(fetch: impl FnMut(Option<String>) -> F) -> CloudResult<Vec<T>>
where
    F: Future<Output = CloudResult<Page<T>>>,
{
    until(|_| false, fetch).await
}

/// The items of the pages up to the first one after which `enough` says so.
pub(crate) async fn until<T, F>(
    enough: impl Fn(&[T]) -> bool,
    mut fetch: impl FnMut(Option<String>) -> F,
) -> CloudResult<Vec<T>>
where
    F: Future<Output = CloudResult<Page<T>>>,
{
    let (mut items, mut next) = fetch(None).await?;
    // Some services end with an empty token instead of none.
    while let Some(token) = next.filter(|token| !token.is_empty() && !enough(&items)) {
        let (more, following) = fetch(Some(token)).await?;
        items.extend(more);
        next = following;
    }
    Ok(items)
}
