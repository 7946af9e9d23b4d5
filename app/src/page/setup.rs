//! The one-time setup link: makes the first platform admin.

use super::param::param;
use crate::{
    api::identity::SetUp,
    component::{Callout, Field, FormError, FrameFacts, PageHead, Submit, Tone},
    error::{AppError, field_errors},
    link, text,
};
use leptos::prelude::*;

#[component]
pub fn Setup() -> impl IntoView {
    let token = param::<String>("token");
    let action = ServerAction::<SetUp>::new();
    let error = Signal::derive(move || action.value().get().and_then(Result::<(), AppError>::err));
    let fields = move || {
        let errors = field_errors(error.get());
        let typed = |field: &str| errors.typed.get(field).cloned().unwrap_or_default();
        view! {
            <Field name="name" label="Name" autocomplete="name" required=true value=typed("name")
                problem=errors.of("name").cloned() />
            <Field name="email" label="Email" kind="email" autocomplete="username" required=true value=typed("email")
                problem=errors.of("email").cloned() />
            <Field name="password" label="Password" kind="password" autocomplete="new-password" required=true
                hint=text::person::password_rule()
                problem=errors.of("password").cloned() />
        }
    };
    let form = move || {
        view! {
            <p class="muted">{text::person::FIRST_PERSON}</p>
            <ActionForm action>
                <FormError error fields=&["name", "email", "password"] />
                <input type="hidden" name="token" value=move || token.get().unwrap_or_default() />
                {fields}
                <Submit label="Create administrator" pending=action.pending() />
            </ActionForm>
        }
    };
    let facts = FrameFacts::here();
    let body = move || {
        Suspend::new(async move {
            let needed = facts.read().await.is_some_and(|facts| facts.installation.needs_setup);
            if needed {
                form().into_any()
            } else {
                let (title, text) = text::person::SET_UP;
                view! {
                    <Callout tone=Tone::Warn title>
                        <p>{text}</p>
                        <p><a href=link::SIGN_IN>"Sign in"</a></p>
                    </Callout>
                }
                .into_any()
            }
        })
    };
    view! { <div class="narrow"><PageHead title="Set up Handrail" /><Transition>{body}</Transition></div> }
}
