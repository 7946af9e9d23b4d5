//! As much of CBOR (RFC 8949) as CloudWatch's protocol needs: writing answers, reading requests.

use serde_json::{Map, Value, json};

/// A text.
pub fn text(text: &str) -> Vec<u8> {
    let mut bytes = head(3, text.len());
    bytes.extend(text.as_bytes());
    bytes
}

/// A number.
pub fn double(value: f64) -> Vec<u8> {
    [&[0xfb], &value.to_be_bytes()[..]].concat()
}

/// A point in time, in seconds since 1970.
pub fn time(seconds: i64) -> Vec<u8> {
    let seconds = u32::try_from(seconds).expect("after 1970, before 2106");
    [&[0xc1], &double(f64::from(seconds))[..]].concat()
}

/// A list.
pub fn array(items: impl IntoIterator<Item = Vec<u8>>) -> Vec<u8> {
    let items: Vec<Vec<u8>> = items.into_iter().collect();
    [head(4, items.len()), items.concat()].concat()
}

/// A map with texts for keys.
pub fn map<'a>(entries: impl IntoIterator<Item = (&'a str, Vec<u8>)>) -> Vec<u8> {
    let entries: Vec<Vec<u8>> = entries.into_iter().map(|(key, value)| [text(key), value].concat()).collect();
    [head(5, entries.len()), entries.concat()].concat()
}

fn head(major: u8, length: usize) -> Vec<u8> {
    let length = u16::try_from(length).expect("a short thing").to_be_bytes();
    vec![(major << 5) | 25, length[0], length[1]]
}

/// The value that some bytes stand for; points in time become their numbers.
pub fn read(bytes: &[u8]) -> Value {
    Reader { bytes, at: 0 }.value().expect("a whole value")
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn take(&mut self, length: usize) -> &[u8] {
        self.at += length;
        &self.bytes[self.at - length..self.at]
    }

    fn number(&mut self, short: u8) -> usize {
        let length = match short {
            24 => 1,
            25 => 2,
            26 => 4,
            27 => 8,
            small => return usize::from(small),
        };
        self.take(length).iter().fold(0, |number, byte| number << 8 | usize::from(*byte))
    }

    /// How many items follow; `None` where a break ends them.
    fn count(&mut self, short: u8) -> Option<usize> {
        (short != 31).then(|| self.number(short))
    }

    /// `None` for a break.
    fn value(&mut self) -> Option<Value> {
        let first = self.take(1)[0];
        let (major, short) = (first >> 5, first & 31);
        Some(match (major, short) {
            (0, _) => json!(self.number(short)),
            (1, _) => json!(-1 - i64::try_from(self.number(short)).expect("a small number")),
            (3, _) => {
                let length = self.number(short);
                json!(String::from_utf8_lossy(self.take(length)))
            }
            (4, _) => {
                let count = self.count(short);
                let mut items = Vec::new();
                while count.is_none_or(|count| items.len() < count) {
                    let Some(item) = self.value() else { break };
                    items.push(item);
                }
                Value::Array(items)
            }
            (5, _) => {
                let count = self.count(short);
                let mut entries = Map::new();
                while count.is_none_or(|count| entries.len() < count) {
                    let Some(Value::String(key)) = self.value() else { break };
                    entries.insert(key, self.value()?);
                }
                Value::Object(entries)
            }
            (6, _) => {
                self.number(short);
                return self.value();
            }
            (7, 20 | 21) => json!(short == 21),
            (7, 27) => json!(f64::from_be_bytes(self.take(8).try_into().expect("eight bytes"))),
            (7, 31) => return None,
            other => panic!("nothing that CloudWatch sends: {other:?}"),
        })
    }
}
