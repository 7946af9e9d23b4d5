//! Cloud accounts with their regions and credentials, and how often AWS is called in each.

use super::{head, with_rights};
use crate::{
    api::{
        self,
        account::{RegisterAccount, SetAccountDisabled, SetAccountRegions},
    },
    component::{Badge, Callout, Cell, Field, FormError, FrameFacts, Head, Loaded, Moment, Rows, Submit, Table, Tone},
    error::{AppError, field_errors},
    format,
    link::{self, PlatformTab},
    page::param::query,
    text,
};
use leptos::prelude::*;
use model::{
    AccountId, FieldErrors,
    account::{AccountRow, CallerIdentity},
    platform::{CallCounts, CallRate},
};

/// What can be done to an account.
#[derive(Clone, Copy)]
struct Actions {
    register: ServerAction<RegisterAccount>,
    disable: ServerAction<SetAccountDisabled>,
    regions: ServerAction<SetAccountRegions>,
}

#[component]
pub fn PlatformAccounts() -> impl IntoView {
    let actions = Actions { register: ServerAction::new(), disable: ServerAction::new(), regions: ServerAction::new() };
    let version =
        move || actions.register.version().get() + actions.disable.version().get() + actions.regions.version().get();
    let accounts = Resource::new(version, |_| api::account::accounts());
    let check = query("check");
    let checked = Resource::new(
        move || check.get().parse::<AccountId>().ok(),
        |account| async move {
            match account {
                Some(account) => api::account::check_account(account).await.map(Some),
                None => Ok(None),
            }
        },
    );
    let rates = Resource::new(|| (), |()| api::platform::call_rates());
    let facts = FrameFacts::here();
    let error = Signal::derive(move || {
        let disable = actions.disable.value().get().and_then(Result::<(), AppError>::err);
        disable.or_else(|| actions.regions.value().get().and_then(Result::<(), AppError>::err))
    });
    let list = move |accounts: Vec<AccountRow>| {
        with_rights(facts, move |admin| {
            let rows = accounts.iter().map(|one| account(one.clone(), admin.is_some(), actions)).collect();
            let heads: Vec<Head> = vec![
                "Account".into(),
                "AWS number".into(),
                Head::amount("Environments"),
                "Regions".into(),
                "Role".into(),
                "Change".into(),
            ];
            view! { <Rows caption="Cloud accounts" heads rows empty=text::page::NO_ACCOUNTS /> }
        })
    };
    view! {
        {head(PlatformTab::Accounts)}
        <FormError error fields=&["regions"] />
        <Loaded resource=checked view=identity />
        <Loaded resource=accounts view=list />
        <p class="muted"><a href=link::account_roles()>{text::role::TITLE}</a>": templates with exactly the permissions that Handrail needs."</p>
        {with_rights(facts, move |admin| admin.map(|_| view! { <Register action=actions.register /> }))}
        <section aria-labelledby="rates"><h2 id="rates">"Calls to AWS"</h2>
            <p class="muted">{text::platform::RATES}</p>
            <Loaded resource=rates view=rates_table />
        </section>
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

fn account(row: AccountRow, may_manage: bool, actions: Actions) -> impl IntoView {
    let AccountRow { account, environments } = row;
    let state = account.disabled.then(|| view! { " "<Badge tone=Tone::Quiet label="Disabled" /> });
    let disable = may_manage.then(|| {
        view! {
            <ActionForm action=actions.disable>
                <input type="hidden" name="account" value=account.id.to_string() />
                <input type="hidden" name="disabled" value=(!account.disabled).to_string() />
                <Submit label=if account.disabled { "Enable" } else { "Disable" } class="btn btn-small" />
            </ActionForm>
        }
    });
    let regions = if may_manage {
        view! { <Regions id=account.id name=account.name.clone() regions=account.regions action=actions.regions /> }
            .into_any()
    } else {
        account.regions.join(", ").into_any()
    };
    let role = match account.role_arn {
        Some(arn) => view! { <span class="mono small">{arn}</span> }.into_any(),
        None => text::platform::OWN_CREDENTIALS.into_any(),
    };
    view! {
        <tr role="row">
            <Cell label="Account"><div>{account.name}{state}<p class="small muted">"Since "<Moment at=account.created /></p></div></Cell>
            <Cell label="AWS number"><span class="mono">{account.aws_account}</span></Cell>
            <Cell label="Environments" class="amount">{text::platform::capped(environments)}</Cell>
            <Cell label="Regions">{regions}</Cell>
            <Cell label="Role">{role}</Cell>
            <Cell label="Change">
                <div class="row"><a class="btn btn-small" href=link::check_account(account.id)>"Check"</a>{disable}</div>
            </Cell>
        </tr>
    }
}

/// The regions of an account in a form. What was typed and refused stays beside its problem.
#[component]
fn Regions(
    id: AccountId,
    name: String,
    regions: Vec<String>,
    action: ServerAction<SetAccountRegions>,
) -> impl IntoView {
    let field = move || {
        let errors = field_errors(action.value().get().and_then(Result::<(), AppError>::err));
        // One action serves all accounts: what was refused belongs to one of them.
        let is_own = errors.typed.get("account") == Some(&id.to_string());
        let errors = if is_own { errors } else { FieldErrors::default() };
        let value = errors.typed.get("regions").cloned().unwrap_or_else(|| regions.join(" "));
        let problem = errors.of("regions").map(text::fault::problem);
        let error_id = format!("regions-{id}-error");
        let described_by = problem.as_ref().map(|_| error_id.clone());
        view! {
            <input class="input" name="regions" aria-label=format!("Regions of {name}") value=value spellcheck="false"
                aria-invalid=problem.as_ref().map(|_| "true") aria-describedby=described_by />
            {problem.map(|problem| view! { <p class="field-error" id=error_id>{problem}</p> })}
        }
    };
    view! {
        <ActionForm action>
            <input type="hidden" name="account" value=id.to_string() />
            <div class="joined">{field}<Submit label="Set" class="btn btn-small" /></div>
        </ActionForm>
    }
}

/// The fields of the register form; their words stand in `text`.
const FIELDS: [&str; 6] = ["name", "aws_account", "role_arn", "external_id", "stack_role_arn", "regions"];

#[component]
fn Register(action: ServerAction<RegisterAccount>) -> impl IntoView {
    let error = Signal::derive(move || action.value().get().and_then(Result::<(), AppError>::err));
    let fields = move || {
        let errors = field_errors(error.get());
        FIELDS
            .into_iter()
            .map(|field| {
                let (label, hint) = text::platform::account_field(field);
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
                <FormError error fields=&FIELDS />
                <div class="form-grid">{fields}</div>
                <Submit label="Register" pending=action.pending() />
            </ActionForm>
        </section>
    }
}

fn rates_table(rates: Vec<CallRate>) -> AnyView {
    if rates.is_empty() {
        return view! { <p class="muted none">{text::platform::NO_CALLS}</p> }.into_any();
    }
    let rows = rates.into_iter().map(rate).collect_view();
    let numbers = ["Last minute", "Last hour", "Throttled", "Failed", "Median"].map(Head::amount);
    let heads: Vec<Head> =
        ["Account", "Service"].map(Head::from).into_iter().chain(numbers).chain(["Last call".into()]).collect();
    view! { <Table caption="Calls to AWS by account and service" heads>{rows}</Table> }.into_any()
}

fn rate(rate: CallRate) -> impl IntoView {
    let CallCounts { calls, throttled, failed } = rate.hour;
    // A number that should be zero is marked where it is not, and not by colour alone.
    let count = |number: u32, tone: Tone| match number {
        0 => "0".into_any(),
        _ => view! { <Badge tone label=format::count(number) /> }.into_any(),
    };
    view! {
        <tr role="row">
            <Cell label="Account"><span class="mono">{rate.account}</span></Cell>
            <Cell label="Service"><span class="mono">{rate.service}</span></Cell>
            <Cell label="Last minute" class="amount">{format::count(rate.minute.calls)}</Cell>
            <Cell label="Last hour" class="amount">{format::count(calls)}</Cell>
            <Cell label="Throttled" class="amount">{count(throttled, Tone::Warn)}</Cell>
            <Cell label="Failed" class="amount">{count(failed, Tone::Bad)}</Cell>
            <Cell label="Median" class="amount">{format::milliseconds(rate.p50_ms)}</Cell>
            <Cell label="Last call"><Moment at=rate.last /></Cell>
        </tr>
    }
}
