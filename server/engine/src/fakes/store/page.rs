//! Keyset pages over rows with a sort key.

use model::page::Page;
use serde::{Serialize, de::DeserializeOwned};

/// The page after the row whose key the cursor holds, in the order of the keys. A cursor that is none of ours begins at the start.
pub(super) fn page<K, T>(mut rows: Vec<(K, T)>, after: Option<&str>, limit: u32) -> Page<T>
where
    K: Ord + Serialize + DeserializeOwned,
{
    rows.sort_by(|(a, _), (b, _)| a.cmp(b));
    if let Some(last) = after.and_then(decode::<K>) {
        rows.retain(|(key, _)| *key > last);
    }
    let limit = limit.max(1) as usize;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).and_then(|(key, _)| encode(key));
    Page { items: rows.into_iter().map(|(_, row)| row).collect(), next }
}

/// Hex of JSON: nothing in it invites anybody to read it.
fn encode(key: &impl Serialize) -> Option<String> {
    let json = serde_json::to_vec(key).ok()?;
    Some(json.iter().map(|byte| format!("{byte:02x}")).collect())
}

fn decode<K: DeserializeOwned>(cursor: &str) -> Option<K> {
    let digits = cursor.as_bytes().chunks(2).map(|pair| u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok());
    serde_json::from_slice(&digits.collect::<Option<Vec<u8>>>()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cmp::Reverse;

    fn rows() -> Vec<(Reverse<u32>, u32)> {
        [3, 1, 5, 2, 4].map(|n| (Reverse(n), n)).to_vec()
    }

    #[test]
    fn pages_follow_each_other_without_gap_or_repetition() {
        let first = page(rows(), None, 2);
        assert_eq!(first.items, [5, 4]);
        let second = page(rows(), first.next.as_deref(), 2);
        assert_eq!(second.items, [3, 2]);
        let last = page(rows(), second.next.as_deref(), 2);
        assert_eq!((last.items, last.next), (vec![1], None));
        assert_eq!(page(rows(), Some("no cursor of ours"), 5).items, [5, 4, 3, 2, 1]);
    }
}
