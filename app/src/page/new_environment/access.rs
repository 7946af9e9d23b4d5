//! Who reaches the environment, under which name, and whether they sign in.

use super::{check_field, select_field, text_field, words};
use crate::{component::Field, text};
use leptos::prelude::*;
use model::{
    FieldErrors,
    draft::DraftForm,
    spec::{Scheme, SignInKind},
};

pub(super) fn section(form: &DraftForm, errors: &FieldErrors, has_secret: bool) -> impl IntoView + use<> {
    let schemes = Scheme::ALL
        .iter()
        .map(|scheme| (scheme.code().to_owned(), text::environment::scheme(*scheme).to_owned()))
        .collect();
    let kinds = SignInKind::ALL
        .iter()
        .map(|kind| (kind.code().to_owned(), text::environment::sign_in(*kind).to_owned()))
        .collect();
    view! {
        <section class="card stack" aria-labelledby="access"><h2 id="access">"Access"</h2>
            <div class="form-grid">
                {select_field("scheme", &form.scheme, schemes, errors)}
                {text_field("allowed_cidrs", &form.allowed_cidrs, errors)}
                {text_field("certificate_arn", &form.certificate_arn, errors)}
                {text_field("host_name", &form.host_name, errors)}
                {text_field("zone_id", &form.zone_id, errors)}
                {text_field("zone", &form.zone, errors)}
                {select_field("sign_in", &form.sign_in, kinds, errors)}
                {check_field("public_acknowledged", &form.public_acknowledged, errors)}
            </div>
            {oidc(form, errors, has_secret)}
            {cognito(form, errors)}
        </section>
    }
}

/// What one kind of sign-in needs; it stands open where that kind is chosen or something in it needs a change.
fn details(
    kind: SignInKind,
    title: &'static str,
    form: &DraftForm,
    is_marked: bool,
    fields: AnyView,
) -> impl IntoView + use<> {
    let open = form.sign_in == kind.code() || is_marked;
    view! {
        <details open=open><summary>{title}</summary>
            <p class="small muted">{text::form::CALLBACK}</p>
            <div class="form-grid">{fields}</div>
        </details>
    }
}

fn oidc(form: &DraftForm, errors: &FieldErrors, has_secret: bool) -> impl IntoView + use<> {
    let fields = [
        ("oidc_issuer", &form.oidc_issuer),
        ("oidc_authorization_endpoint", &form.oidc_authorization_endpoint),
        ("oidc_token_endpoint", &form.oidc_token_endpoint),
        ("oidc_user_info_endpoint", &form.oidc_user_info_endpoint),
        ("oidc_client_id", &form.oidc_client_id),
    ];
    let problem = errors.of("sign_in_secret").cloned();
    let is_marked = problem.is_some() || fields.iter().any(|(name, _)| errors.of(name).is_some());
    let (label, hint) = words("sign_in_secret");
    let hint = if has_secret { text::form::SIGN_IN_SECRET_STORED } else { hint };
    let fields = fields.map(|(name, value)| text_field(name, value, errors)).into_iter().collect_view();
    let fields = view! {
        {fields}
        <Field name="sign_in_secret" label hint kind="password" autocomplete="off" problem />
    };
    details(SignInKind::Oidc, "OpenID Connect", form, is_marked, fields.into_any())
}

fn cognito(form: &DraftForm, errors: &FieldErrors) -> impl IntoView + use<> {
    let fields = [
        ("cognito_user_pool_arn", &form.cognito_user_pool_arn),
        ("cognito_client_id", &form.cognito_client_id),
        ("cognito_domain", &form.cognito_domain),
    ];
    let is_marked = fields.iter().any(|(name, _)| errors.of(name).is_some());
    let fields = fields.map(|(name, value)| text_field(name, value, errors)).into_iter().collect_view();
    details(SignInKind::Cognito, "Amazon Cognito user pool", form, is_marked, fields.into_any())
}
