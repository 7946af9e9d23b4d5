//! An invitation link: joins a team.

use super::param::param;
use crate::{
    api::{
        self,
        team::{Accept, AcceptAsNew},
    },
    component::{Field, FormError, FrameFacts, Loaded, Moment, PageHead, Submit},
    error::{AppError, field_errors},
    link, text,
};
use leptos::prelude::*;
use model::team::InvitationOffer;

#[component]
pub fn Invitation() -> impl IntoView {
    let token = param::<String>("token");
    let offer = Resource::new(move || token.get().unwrap_or_default(), api::team::offer);
    let draw = move |offer: InvitationOffer| {
        let way = if offer.has_account {
            view! { <AsMember token /> }.into_any()
        } else {
            view! { <AsNew token /> }.into_any()
        };
        view! {
            <p>{offer.invited_by}" invites "{offer.email}" to the team "<strong>{offer.team_name}</strong>" as "
                <strong>{text::team::role(offer.role)}</strong>"."</p>
            <p class="muted">"Valid until "<Moment at=offer.expires /></p>
            {way}
        }
    };
    view! { <div class="narrow stack"><PageHead title="Join a team" /><Loaded resource=offer view=draw /></div> }
}

#[component]
fn AsNew(token: Memo<Option<String>>) -> impl IntoView {
    let action = ServerAction::<AcceptAsNew>::new();
    let error = Signal::derive(move || action.value().get().and_then(Result::<(), AppError>::err));
    let fields = move || {
        let errors = field_errors(error.get());
        view! {
            <Field name="name" label="Name" autocomplete="name" required=true
                value=errors.typed.get("name").cloned().unwrap_or_default() problem=errors.of("name").cloned() />
            <Field name="password" label="Password" kind="password" autocomplete="new-password" required=true
                hint=text::person::password_rule()
                problem=errors.of("password").cloned() />
        }
    };
    view! {
        <ActionForm action>
            <FormError error fields=&["name", "password"] />
            <input type="hidden" name="token" value=move || token.get().unwrap_or_default() />
            {fields}
            <Submit label="Accept and join" pending=action.pending() />
        </ActionForm>
    }
}

#[component]
fn AsMember(token: Memo<Option<String>>) -> impl IntoView {
    let action = ServerAction::<Accept>::new();
    let error = Signal::derive(move || action.value().get().and_then(Result::<(), AppError>::err));
    let facts = FrameFacts::here();
    let way = move || {
        Suspend::new(async move {
            let signed_in = facts.principal().await.is_some();
            let token = token.get().unwrap_or_default();
            if signed_in {
                view! {
                    <ActionForm action>
                        <FormError error />
                        <input type="hidden" name="token" value=token />
                        <Submit label="Accept and join" pending=action.pending() />
                    </ActionForm>
                }
                .into_any()
            } else {
                let address = link::sign_in(&link::invitation(&token));
                view! { <p><a class="btn btn-primary" href=address>"Sign in to accept"</a></p> }.into_any()
            }
        })
    };
    view! { <Transition>{way}</Transition> }
}
