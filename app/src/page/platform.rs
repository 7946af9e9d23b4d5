//! The installation: cloud accounts and the whole history.

use super::{history, param::query};
use crate::{
    api::{
        self,
        account::{RegisterAccount, SetAccountDisabled},
    },
    component::{Badge, Callout, Cell, Field, FormError, FrameFacts, Loaded, PageHead, Pagination, Rows, Submit, Tone},
    error::{AppError, field_errors},
    link, text,
};
use leptos::prelude::*;
use model::{
    AccountId,
    account::{CallerIdentity, CloudAccount},
    audit::AuditEvent,
    page::Page,
};

#[component]
pub fn Platform() -> impl IntoView {
    let register = ServerAction::<RegisterAccount>::new();
    let disable = ServerAction::<SetAccountDisabled>::new();
    let accounts =
        Resource::new(move || register.version().get() + disable.version().get(), |_| api::account::accounts());
    let (check, after) = (query("check"), query("after"));
    let checked = Resource::new(
        move || check.get().parse::<AccountId>().ok(),
        |account| async move {
            match account {
                Some(account) => api::account::check_account(account).await.map(Some),
                None => Ok(None),
            }
        },
    );
    let start = move || Some(after.get()).filter(|after| !after.is_empty());
    let events = Resource::new(start, api::history::history_of_platform);
    let facts = FrameFacts::here();
    let may_manage = move || {
        Suspend::new(async move {
            let who = facts.principal().await;
            who.is_some_and(|who| who.is_platform_admin()).then(|| view! { <Register action=register /> })
        })
    };
    let error = Signal::derive(move || disable.value().get().and_then(Result::<(), AppError>::err));
    let list = move |accounts: Vec<CloudAccount>| {
        let rows = accounts.into_iter().map(|one| account(one, disable)).collect();
        view! { <Rows caption="Cloud accounts" heads=vec!["Account", "AWS number", "Regions", "Role", "Change"] rows=rows empty=text::page::NO_ACCOUNTS /> }
    };
    let trail = move |page: Page<AuditEvent>| {
        let next = page.next.as_deref().map(|after| link::after(link::PLATFORM, after));
        let first = start().map(|_| link::PLATFORM.to_owned());
        view! { {history::table(page.items)}<Pagination first next /> }
    };
    view! {
        <PageHead title="Platform"><a class="btn" href=link::TEAMS>"All teams"</a></PageHead>
        <h2>"Cloud accounts"</h2>
        <FormError error />
        <Loaded resource=checked view=identity />
        <Loaded resource=accounts view=list />
        <Transition>{may_manage}</Transition>
        <h2>"History"</h2>
        <Loaded resource=events view=trail />
    }
}

fn identity(identity: Option<CallerIdentity>) -> Option<impl IntoView> {
    identity.map(|identity| {
        view! {
            <Callout tone=Tone::Good title=format!("AWS answers for account {}", identity.account)>
                <p>"Handrail works there as "<code>{identity.arn}</code></p>
            </Callout>
        }
    })
}

fn account(account: CloudAccount, disable: ServerAction<SetAccountDisabled>) -> impl IntoView {
    let check = format!("{}?check={}", link::PLATFORM, account.id);
    let state = account.disabled.then(|| view! { " "<Badge tone=Tone::Quiet label="Disabled" /> });
    view! {
        <tr role="row">
            <Cell label="Account"><div>{account.name}{state}</div></Cell>
            <Cell label="AWS number"><span class="mono">{account.aws_account}</span></Cell>
            <Cell label="Regions">{account.regions.join(", ")}</Cell>
            <Cell label="Role"><span class="mono">{account.role_arn.unwrap_or_else(|| "The server's own credentials".into())}</span></Cell>
            <Cell label="Change">
                <div class="row">
                    <a class="btn btn-small" href=check>"Check"</a>
                    <ActionForm action=disable>
                        <input type="hidden" name="account" value=account.id.to_string() />
                        <input type="hidden" name="disabled" value=(!account.disabled).to_string() />
                        <Submit label=if account.disabled { "Enable" } else { "Disable" } class="btn btn-small" />
                    </ActionForm>
                </div>
            </Cell>
        </tr>
    }
}

/// Field, label and explanation of the register form.
const FIELDS: [(&str, &str, &str); 6] = [
    ("name", "Name", "How people of the console call it."),
    ("aws_account", "AWS account number", "12 digits. AWS must confirm it."),
    ("role_arn", "Role ARN", "The role that Handrail assumes there. Empty: the server's own credentials."),
    ("external_id", "External id", "As the role's trust policy asks for it."),
    ("stack_role_arn", "CloudFormation service role ARN", "Runs the stacks, so that Handrail's own role stays narrow."),
    ("regions", "Regions", "Codes separated by commas or spaces; the first one is preselected."),
];

#[component]
fn Register(action: ServerAction<RegisterAccount>) -> impl IntoView {
    let error = Signal::derive(move || action.value().get().and_then(Result::<(), AppError>::err));
    let fields = move || {
        let errors = field_errors(error.get());
        FIELDS
            .into_iter()
            .map(|(field, label, hint)| {
                let value = errors.typed.get(field).cloned().unwrap_or_default();
                view! { <Field name=format!("form[{field}]") label hint value problem=errors.of(field).cloned() /> }
            })
            .collect_view()
    };
    let done = move || {
        matches!(action.value().get(), Some(Ok(()))).then(|| {
            let (title, text) = text::page::REGISTERED;
            view! { <Callout tone=Tone::Good title><p>{text}</p></Callout> }
        })
    };
    view! {
        <section class="card" aria-labelledby="register"><h2 id="register">"Register an account"</h2>
            <div role="status">{done}</div>
            <ActionForm action>
                <FormError error fields=&["name", "aws_account", "role_arn", "external_id", "stack_role_arn", "regions"] />
                <div class="form-grid">{fields}</div>
                <Submit label="Register" pending=action.pending() />
            </ActionForm>
        </section>
    }
}
