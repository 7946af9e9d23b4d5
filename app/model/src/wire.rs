//! Reading large answers in the browser with one deserializer.
//!
//! A type's reading code is compiled once for every kind of input that it is read from: text that the server drew into the page, bytes
//! that a server function sent, and serde's buffer where an enum's tag may come last. For the types that answers are made of, that was
//! a third of the page's code. They are read in two steps instead: any input becomes a [`serde_json::Value`], which is code that all
//! share, and the type is read from that.
//!
//! Enums with details are written as `{"kind": …, "detail": …}`, which is what the database holds and asks for. To read that, serde
//! keeps a buffer of its own for details that come before their kind, and compiles all that is in them for it once more. A value is
//! such a buffer already: turned into serde's usual form, `{kind: detail}`, it needs no other.

use serde::Serialize;
use serde_json::{Map, Value};

/// Makes types that derive serde's traits with `#[serde(remote = "Self")]` serialisable, and read through [`serde_json::Value`].
#[macro_export]
macro_rules! read_through_value {
    ($($name:ty),+ $(,)?) => {$(
        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                <$name>::serialize(self, serializer)
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let value = <::serde_json::Value as ::serde::Deserialize>::deserialize(deserializer)?;
                <$name>::deserialize(value).map_err(::serde::de::Error::custom)
            }
        }
    )+};
}

/// Makes enums that derive serde's traits with `#[serde(remote = "Self")]` serialisable as kind and detail, and read through
/// [`serde_json::Value`].
#[macro_export]
macro_rules! tagged_through_value {
    ($($name:ty),+ $(,)?) => {$(
        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let value = <$name>::serialize(self, ::serde_json::value::Serializer);
                let value = value.map_err(::serde::ser::Error::custom)?;
                ::serde::Serialize::serialize(&$crate::wire::Tagged::of(&value), serializer)
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let value = <::serde_json::Value as ::serde::Deserialize>::deserialize(deserializer)?;
                <$name>::deserialize($crate::wire::usual(value)).map_err(::serde::de::Error::custom)
            }
        }
    )+};
}

/// An enum's value as it is written.
#[doc(hidden)]
#[derive(Serialize)]
pub struct Tagged<'a> {
    kind: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a Value>,
}

impl<'a> Tagged<'a> {
    /// From serde's usual form: the kind's word, or an object whose one field is the detail.
    pub fn of(value: &'a Value) -> Self {
        match value {
            Value::Object(fields) => {
                let (kind, detail) =
                    fields.iter().next().map_or(("", None), |(kind, detail)| (kind.as_str(), Some(detail)));
                Self { kind, detail }
            }
            word => Self { kind: word.as_str().unwrap_or_default(), detail: None },
        }
    }
}

/// Serde's usual form of an enum's value that was written as kind and detail. What is no such value is left for serde to refuse.
#[doc(hidden)]
pub fn usual(value: Value) -> Value {
    match value {
        Value::Object(mut fields) => match (fields.remove("kind"), fields.remove("detail")) {
            (Some(Value::String(kind)), Some(detail)) => Value::Object(Map::from_iter([(kind, detail)])),
            (Some(kind), None) => kind,
            _ => Value::Null,
        },
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(remote = "Self")]
    struct Answer {
        count: u64,
        inner: Option<Vec<Kind>>,
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(remote = "Self", rename_all = "snake_case")]
    enum Kind {
        Plain,
        With { text: String },
        Around(Option<Box<Kind>>),
        Pair(u8, bool),
    }

    /// The same as serde itself writes and reads it.
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(rename_all = "snake_case", tag = "kind", content = "detail")]
    enum Serdes {
        Plain,
        With { text: String },
        Around(Option<Box<Serdes>>),
        Pair(u8, bool),
    }

    read_through_value!(Answer);
    tagged_through_value!(Kind);

    #[test]
    fn kind_and_detail_are_written_and_read_as_serde_does() {
        let pairs = [
            (Kind::Plain, Serdes::Plain),
            (Kind::With { text: "a".into() }, Serdes::With { text: "a".into() }),
            (Kind::Around(None), Serdes::Around(None)),
            (Kind::Around(Some(Box::new(Kind::Plain))), Serdes::Around(Some(Box::new(Serdes::Plain)))),
            (Kind::Pair(7, true), Serdes::Pair(7, true)),
        ];
        for (ours, serdes) in pairs {
            let text = serde_json::to_string(&ours).expect("serialises");
            assert_eq!(text, serde_json::to_string(&serdes).expect("serialises"));
            assert_eq!(serde_json::from_str::<Kind>(&text).expect("reads"), ours);
            // As the database gives it back: the detail first.
            let value = serde_json::from_str::<serde_json::Value>(&text).expect("reads");
            assert_eq!(serde_json::from_value::<Kind>(value).expect("reads"), ours);
        }
        for wrong in [
            "{}",
            "null",
            "3",
            r#"{"detail":{"text":"a"}}"#,
            r#"{"kind":"with"}"#,
            r#"{"kind":"other"}"#,
            r#"{"kind":3}"#,
        ] {
            serde_json::from_str::<Kind>(wrong).expect_err(wrong);
        }
    }

    #[test]
    fn what_is_written_is_read_back_and_nonsense_is_an_error() {
        let answer =
            Answer { count: u64::MAX, inner: Some(vec![Kind::Plain, Kind::With { text: "a \"quote\" ü".into() }]) };
        let text = serde_json::to_string(&answer).expect("serialises");
        assert!(text.starts_with(r#"{"count":18446744073709551615,"inner":[{"kind":"plain"}"#), "{text}");
        assert_eq!(serde_json::from_str::<Answer>(&text).expect("reads"), answer);
        assert_eq!(serde_json::from_slice::<Option<Answer>>(text.as_bytes()).expect("reads"), Some(answer));
        let wrong = serde_json::from_str::<Answer>(r#"{"count":-1,"inner":null}"#).expect_err("a negative count");
        assert!(wrong.to_string().contains("-1"), "{wrong}");
    }
}
