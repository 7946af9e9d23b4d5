//! The language model's part of the create form.

use super::DraftForm;
use crate::{
    FieldErrors, FieldProblem,
    fault::Misfit,
    field::{offered, plain},
    spec::{BedrockModel, Llm, LlmProvider, region_name},
};

impl DraftForm {
    pub(super) fn parse_llm(
        &self,
        region: &str,
        key_secret_arn: Option<String>,
        errors: &mut FieldErrors,
    ) -> Option<Llm> {
        let provider = offered(LlmProvider::from_code(&self.llm_provider), "llm_provider", errors)?;
        let model = self.llm_model.trim().to_owned();
        if model.is_empty() {
            errors.add("llm_model", FieldProblem::Required);
        } else if model.chars().count() > 200 {
            errors.add("llm_model", FieldProblem::TooLong { max: 200 });
        }
        plain(&model, "llm_model", errors);
        if provider == LlmProvider::Bedrock && !model.is_empty() {
            check_bedrock(&model, region, errors);
        }
        let base_url = self.llm_base_url.trim();
        plain(base_url, "llm_base_url", errors);
        let base_url = (!base_url.is_empty()).then(|| base_url.to_owned());
        if let Some(url) = &base_url
            && !(url.starts_with("https://") || url.starts_with("http://"))
        {
            errors.add("llm_base_url", FieldProblem::NotAUrl);
        }
        if provider == LlmProvider::Compatible && base_url.is_none() {
            errors.add("llm_base_url", FieldProblem::DoesNotFit(Misfit::BaseUrlNeeded));
        }
        if provider == LlmProvider::Bedrock && base_url.is_some() {
            errors.add("llm_base_url", FieldProblem::DoesNotFit(Misfit::BedrockNeedsNoBaseUrl));
        }
        if provider != LlmProvider::Bedrock && key_secret_arn.is_none() {
            errors.add("llm_key", FieldProblem::Required);
        }
        let key_secret_arn = key_secret_arn.filter(|_| provider != LlmProvider::Bedrock);
        Some(Llm { provider, model, base_url, key_secret_arn })
    }
}

/// The task role is allowed exactly this model, so that its name has to be one of Bedrock that can be called from the region.
fn check_bedrock(model: &str, region: &str, errors: &mut FieldErrors) {
    match model.parse::<BedrockModel>() {
        Err(_) => errors.add("llm_model", FieldProblem::DoesNotFit(Misfit::NotABedrockModel)),
        // A region that does not exist is told at its own field.
        Ok(model) if region_name(region).is_some() && !model.geography.is_none_or(|one| one.serves(region)) => {
            errors.add("llm_model", FieldProblem::DoesNotFit(Misfit::BedrockElsewhere));
        }
        Ok(_) => {}
    }
}
