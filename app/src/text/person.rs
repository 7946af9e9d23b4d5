//! People and their browsers in words.

/// Browsers by the token in their user agent; the first that fits counts, since most claim to be others as well.
const BROWSERS: [(&str, &str); 6] = [
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Version/", "Safari"),
    ("curl/", "curl"),
];
/// Systems by the token in a user agent; Android claims to be Linux, iOS to be like Mac OS X.
const SYSTEMS: [(&str, &str); 6] = [
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iOS"),
    ("iPad", "iPadOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
];

/// A user agent in short, for example `Firefox 140 on Windows`; the whole string if it is none of the known ones.
pub fn browser(user_agent: &str) -> String {
    let known = BROWSERS.iter().find_map(|(token, name)| user_agent.split_once(token).map(|(_, rest)| (name, rest)));
    let Some((name, rest)) = known else { return user_agent.to_owned() };
    let version: String = rest.chars().take_while(char::is_ascii_digit).collect();
    match SYSTEMS.iter().find(|(token, _)| user_agent.contains(token)) {
        Some((_, system)) => format!("{name} {version} on {system}"),
        None => format!("{name} {version}"),
    }
}

/// What a new password must be.
pub fn password_rule() -> String {
    format!("At least {} characters.", model::person::PASSWORD_MIN)
}

/// What changing it does.
pub const OTHERS_END: &str = "All your other sessions end.";
/// After it was changed: title and text.
pub const PASSWORD_CHANGED: (&str, &str) = ("Your password is changed", "Your other sessions have ended.");
/// Under the title of the sign-in page.
pub const WELCOME: &str = "Handrail creates and runs your OpenHands environments on AWS.";
/// Above the form of the first person.
pub const FIRST_PERSON: &str = "You become the platform admin: you register cloud accounts and make teams.";
/// A setup link that was used: title and text.
pub const SET_UP: (&str, &str) = ("This link is no longer valid", "Handrail is set up already; the link was used.");

#[cfg(test)]
mod tests {
    use super::browser;

    #[test]
    fn browsers_are_named_by_what_they_are_and_not_by_what_they_claim() {
        for (agent, words) in [
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0",
                "Edge 140 on Windows",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/604.1",
                "Safari 18 on iOS",
            ),
            ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox 140 on Linux"),
            ("my-script 1.0", "my-script 1.0"),
        ] {
            assert_eq!(browser(agent), words);
        }
    }
}
