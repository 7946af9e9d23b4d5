//! The language model that an environment uses.

use serde::{Deserialize, Serialize};

codes! {
    /// Who serves the language model.
    LlmProvider { Anthropic = "anthropic", OpenAi = "openai", Bedrock = "bedrock", Compatible = "compatible" }
}

/// The language model that OpenHands is set up with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Llm {
    pub provider: LlmProvider,
    /// Model name as LiteLLM spells it, for example `anthropic/claude-sonnet-4-5`.
    pub model: String,
    /// Only for `compatible`.
    pub base_url: Option<String>,
    /// ARN of the Secrets Manager secret that holds the key. Handrail keeps the ARN, never the key. `None` for Bedrock.
    pub key_secret_arn: Option<String>,
}
