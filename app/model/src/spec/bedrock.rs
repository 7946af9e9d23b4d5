//! Models of Amazon Bedrock by their ids: what a name means, and where it may be called from.

use serde::{Deserialize, Serialize};
use std::str::FromStr;

codes! {
    /// The part of the world that a cross-region inference profile spreads its calls over; the word is the prefix of the profile's id
    /// (Amazon Bedrock User Guide, "Supported Regions and models for inference profiles").
    Geography { Us = "us", Eu = "eu", Apac = "apac", Jp = "jp", Au = "au", Ca = "ca", Global = "global" }
}

impl Geography {
    /// Whether a profile of this geography can be called from a region. Profiles of the United States also serve Canada.
    pub fn serves(self, region: &str) -> bool {
        let beginnings: &[&str] = match self {
            Self::Us => &["us-", "ca-"],
            Self::Eu => &["eu-"],
            Self::Apac => &["ap-"],
            Self::Jp => &["ap-northeast-"],
            Self::Au => &["ap-southeast-"],
            Self::Ca => &["ca-"],
            Self::Global => &[""],
        };
        beginnings.iter().any(|beginning| region.starts_with(beginning))
    }
}

/// A model that Bedrock serves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BedrockModel {
    /// Id of the foundation model, for example `anthropic.claude-sonnet-4-5-20250929-v1:0`.
    pub foundation: String,
    /// Where it is called through an inference profile: the profile's geography.
    pub geography: Option<Geography>,
}

impl BedrockModel {
    /// Id of the inference profile, if it is called through one.
    pub fn profile(&self) -> Option<String> {
        self.geography.map(|geography| format!("{}.{}", geography.code(), self.foundation))
    }
}

/// Not a model of Bedrock as LiteLLM spells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotABedrockModel;

impl FromStr for BedrockModel {
    type Err = NotABedrockModel;

    /// Reads `bedrock/` and an id: vendor and model with a dot between them (Bedrock API, `InvokeModel`, `modelId`). What it lets through
    /// means nothing else in an ARN: no asterisk, no slash.
    fn from_str(name: &str) -> Result<Self, NotABedrockModel> {
        let id = name.strip_prefix("bedrock/").ok_or(NotABedrockModel)?;
        let geography = id.split_once('.').and_then(|(first, rest)| Some((Geography::from_code(first)?, rest)));
        let (geography, foundation) = geography.map_or((None, id), |(geography, rest)| (Some(geography), rest));
        let (vendor, model) = foundation.split_once('.').ok_or(NotABedrockModel)?;
        let plain = |text: &str, more: &str| {
            let mut characters = text.chars();
            characters.next().is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
                && characters.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || more.contains(c))
        };
        if !plain(vendor, "") || !plain(model, ".:") {
            return Err(NotABedrockModel);
        }
        Ok(Self { foundation: foundation.to_owned(), geography })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_foundation_model_or_a_profile_of_one() {
        let plain: BedrockModel = "bedrock/mistral.mistral-7b-instruct-v0:2".parse().expect("a model");
        assert_eq!((plain.foundation.as_str(), plain.profile()), ("mistral.mistral-7b-instruct-v0:2", None));
        let spread: BedrockModel = "bedrock/eu.anthropic.claude-sonnet-4-5-20250929-v1:0".parse().expect("a model");
        assert_eq!(spread.foundation, "anthropic.claude-sonnet-4-5-20250929-v1:0");
        assert_eq!(spread.profile().as_deref(), Some("eu.anthropic.claude-sonnet-4-5-20250929-v1:0"));
        assert!("bedrock/zai.glm-4.7".parse::<BedrockModel>().is_ok());
        for bad in [
            "anthropic/claude-sonnet-4-5",
            "anthropic.claude-sonnet-4-5-20250929-v1:0",
            "bedrock/claude",
            "bedrock/us.claude",
            "bedrock/anthropic.*",
            "bedrock/anthropic.",
            "bedrock/converse/anthropic.claude-sonnet-4-5-20250929-v1:0",
            "bedrock/arn:aws:bedrock:us-east-1:111122223333:application-inference-profile/x",
            "bedrock/Anthropic.Claude",
            "bedrock/anthropic.${AWS::Region}",
        ] {
            assert_eq!(bad.parse::<BedrockModel>(), Err(NotABedrockModel), "{bad}");
        }
    }

    #[test]
    fn a_profile_serves_its_part_of_the_world() {
        for (geography, region, serves) in [
            (Geography::Us, "us-east-1", true),
            (Geography::Us, "ca-central-1", true),
            (Geography::Us, "eu-west-1", false),
            (Geography::Eu, "eu-north-1", true),
            (Geography::Apac, "ap-southeast-2", true),
            (Geography::Jp, "ap-southeast-2", false),
            (Geography::Au, "ap-southeast-2", true),
            (Geography::Global, "eu-west-1", true),
        ] {
            assert_eq!(geography.serves(region), serves, "{geography:?} {region}");
        }
    }
}
