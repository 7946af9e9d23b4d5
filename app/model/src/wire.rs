//! Reading large answers in the browser with one deserializer.
//!
//! A type's reading code is compiled once for every kind of input that it is read from: text that the server drew into the page, bytes
//! that a server function sent, and serde's buffer where an enum's tag may come last. For the types that answers are made of, that was
//! a third of the page's code. They are read in two steps instead: any input becomes a [`serde_json::Value`], which is code that all
//! share, and the type is read from that.

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
    #[serde(rename_all = "snake_case", tag = "kind", content = "detail")]
    enum Kind {
        Plain,
        With { text: String },
    }

    read_through_value!(Answer);

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
