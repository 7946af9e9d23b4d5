//! What CloudWatch sorts out by itself, and how that is written as a filter pattern.

use super::LogLevel;

/// What an event must contain for AWS to return it. What the level really is, is told afterwards from the lines that come back.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum LogMatching {
    /// Every event.
    All,
    /// Events with exactly this text in them.
    Text(String),
    /// Events with at least one of these texts in them.
    Any(&'static [&'static str]),
}

/// Texts of which a line of a warning or an error has one, as [`super::level_of`] recognises it; those of warnings come last.
const WORDS: [&str; 25] = [
    "ERROR",
    "Error",
    "error",
    "CRITICAL",
    "Critical",
    "critical",
    "FATAL",
    "Fatal",
    "fatal",
    "PANIC",
    "panic",
    "SEVERE",
    "severe",
    "Traceback",
    "Exception",
    "EMERG",
    "emerg",
    "ALERT",
    "alert",
    "CRIT",
    "crit",
    "File \"",
    "WARN",
    "Warn",
    "warn",
];
/// Texts of which a line of an error has one.
const ERROR_WORDS: &[&str] = WORDS.split_at(22).0;

impl LogMatching {
    /// For a text, and a level where there is no text. AWS ignores optional words beside required ones, so a text goes alone.
    pub fn new(text: &str, level: Option<LogLevel>) -> Self {
        match (text, level) {
            ("", Some(LogLevel::Error)) => Self::Any(ERROR_WORDS),
            ("", Some(LogLevel::Warn)) => Self::Any(&WORDS),
            ("", _) => Self::All,
            (text, _) => Self::Text(text.to_owned()),
        }
    }

    /// The pattern for CloudWatch; `None` for every event. A quoted text stands for itself, whatever is in it; quotes and backslashes in
    /// it are escaped. Source: CloudWatch Logs user guide, "Filter pattern syntax".
    pub fn pattern(&self) -> Option<String> {
        match self {
            Self::All => None,
            Self::Text(text) => Some(quoted(text)),
            Self::Any(words) => {
                Some(words.iter().map(|word| format!("?{}", quoted(word))).collect::<Vec<_>>().join(" "))
            }
        }
    }

    /// Whether a message would be returned.
    pub fn fits(&self, message: &str) -> bool {
        match self {
            Self::All => true,
            Self::Text(text) => message.contains(text.as_str()),
            Self::Any(words) => words.iter().any(|word| message.contains(word)),
        }
    }
}

fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        if matches!(c, '"' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_quoted_so_that_it_stands_for_itself() {
        for (text, pattern) in [
            ("timeout", r#""timeout""#),
            ("GET /api?x=1 -ERROR", r#""GET /api?x=1 -ERROR""#),
            (r#"{"level": "info"}"#, r#""{\"level\": \"info\"}""#),
            (r"C:\temp", r#""C:\\temp""#),
            (r#"ends in \"#, r#""ends in \\""#),
            ("%regex% [brackets] *", r#""%regex% [brackets] *""#),
            ("né", r#""né""#),
        ] {
            assert_eq!(LogMatching::new(text, None).pattern().as_deref(), Some(pattern));
        }
    }

    #[test]
    fn without_a_text_a_level_asks_for_any_of_its_words_and_with_one_the_text_goes_alone() {
        assert_eq!(LogMatching::new("", None).pattern(), None);
        assert_eq!(LogMatching::new("", Some(LogLevel::Info)).pattern(), None, "nearly every line");
        let errors = LogMatching::new("", Some(LogLevel::Error)).pattern().expect("a pattern");
        assert!(errors.starts_with(r#"?"ERROR" ?"Error""#), "{errors}");
        let warnings = LogMatching::new("", Some(LogLevel::Warn)).pattern().expect("a pattern");
        assert!(warnings.contains(r#"?"WARN""#) && warnings.len() <= 1_024, "{warnings}");
        assert_eq!(LogMatching::new("x", Some(LogLevel::Error)), LogMatching::Text("x".into()));
    }
}
