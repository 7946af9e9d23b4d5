//! Signing in.

use super::param::query;
use crate::{
    api::identity::SignIn,
    component::{Field, FormError, PageHead, Submit},
    error::{AppError, field_errors},
    text,
};
use leptos::prelude::*;

#[component]
pub fn SignInPage() -> impl IntoView {
    let action = ServerAction::<SignIn>::new();
    let next = query("next");
    let error = Signal::derive(move || action.value().get().and_then(Result::<(), AppError>::err));
    let fields = move || {
        let errors = field_errors(error.get());
        view! {
            <Field name="email" label="Email" kind="email" autocomplete="username" required=true
                value=errors.typed.get("email").cloned().unwrap_or_default() problem=errors.of("email").cloned() />
            <Field name="password" label="Password" kind="password" autocomplete="current-password" required=true
                problem=errors.of("password").cloned() />
        }
    };
    view! {
        <div class="narrow">
            <PageHead title="Welcome back" />
            <p class="muted">{text::person::WELCOME}</p>
            <ActionForm action>
                <FormError error fields=&["email", "password"] />
                <input type="hidden" name="next" value=move || next.get() />
                {fields}
                <Submit label="Sign in" pending=action.pending() />
            </ActionForm>
        </div>
    }
}
