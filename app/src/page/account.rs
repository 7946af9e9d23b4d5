//! One's own sessions and password.

use crate::{
    api::{
        self,
        identity::{ChangePassword, RevokeSession},
    },
    component::{Badge, Callout, Cell, Field, FormError, Loaded, Moment, PageHead, Rows, Submit, Tone},
    error::{AppError, field_errors},
    text,
};
use leptos::prelude::*;
use model::person::SessionView;

#[component]
pub fn Account() -> impl IntoView {
    let revoke = ServerAction::<RevokeSession>::new();
    let change = ServerAction::<ChangePassword>::new();
    let sessions =
        Resource::new(move || revoke.version().get() + change.version().get(), |_| api::identity::sessions());
    let error = Signal::derive(move || revoke.value().get().and_then(Result::<(), AppError>::err));
    let draw = move |sessions: Vec<SessionView>| {
        let rows = sessions.into_iter().map(|session| row(session, revoke)).collect();
        view! { <Rows caption="Your sessions" heads=vec!["Browser", "From", "Since", "Last seen", "End"] rows=rows empty=text::page::NO_SESSIONS /> }
    };
    view! {
        <PageHead title="Your account" />
        <h2>"Sessions"</h2>
        <FormError error />
        <Loaded resource=sessions view=draw />
        <Password action=change />
    }
}

fn row(session: SessionView, revoke: ServerAction<RevokeSession>) -> impl IntoView {
    let current = session.current.then(|| view! { " "<Badge tone=Tone::Good label="This session" /> });
    view! {
        <tr role="row">
            <Cell label="Browser"><div>{session.client.user_agent.as_deref().map(text::person::browser)}{current}</div></Cell>
            <Cell label="From">{session.client.ip}</Cell>
            <Cell label="Since"><Moment at=session.created /></Cell>
            <Cell label="Last seen"><Moment at=session.last_seen /></Cell>
            <Cell label="End">
                <ActionForm action=revoke>
                    <input type="hidden" name="session" value=session.id.to_string() />
                    <Submit label="End" class="btn btn-small" />
                </ActionForm>
            </Cell>
        </tr>
    }
}

#[component]
fn Password(action: ServerAction<ChangePassword>) -> impl IntoView {
    let error = Signal::derive(move || action.value().get().and_then(Result::<(), AppError>::err));
    let fields = move || {
        let errors = field_errors(error.get());
        view! {
            <Field name="current" label="Current password" kind="password" autocomplete="current-password" required=true
                problem=errors.of("current").cloned() />
            <Field name="new" label="New password" kind="password" autocomplete="new-password" required=true
                hint=format!("{} {}", text::person::password_rule(), text::person::OTHERS_END)
                problem=errors.of("new").cloned() />
        }
    };
    let done = move || {
        matches!(action.value().get(), Some(Ok(()))).then(|| {
            let (title, text) = text::person::PASSWORD_CHANGED;
            view! { <Callout tone=Tone::Good title><p>{text}</p></Callout> }
        })
    };
    view! {
        <section class="card" aria-labelledby="password"><h2 id="password">"Password"</h2>
            <div role="status">{done}</div>
            <ActionForm action>
                <FormError error fields=&["current", "new"] />
                <div class="form-grid">{fields}</div>
                <Submit label="Change password" pending=action.pending() />
            </ActionForm>
        </section>
    }
}
