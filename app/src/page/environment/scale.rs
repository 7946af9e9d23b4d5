//! How much an environment gets: whether its task runs, its size, and what else can be changed with a plan.

use super::{
    super::param::param,
    head::{head, with_id},
};
use crate::{
    api::{self, environment::ScaleEnvironment},
    component::{
        Callout, Choice, Choices, Field, FormError, Kept, KeyValue, KeyValues, Loaded, Select, Submit, TextArea, Tone,
    },
    error::AppError,
    format,
    link::{self, Tab},
    live::Live,
    text::{self, form::update as words},
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use model::{
    EnvironmentId, FieldErrors,
    draft::applies,
    environment::{EnvironmentDetail, EnvironmentStatus, LiveState},
    money::Usd,
    spec::{DatabaseClass, InstanceType, LOG_RETENTION_DAYS, Size},
    update::{UpdateForm, UpdateOptions, newer},
};
use serde::{Deserialize, Serialize};

/// What the page draws.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Sheet {
    detail: EnvironmentDetail,
    options: UpdateOptions,
}

/// The form that stands in the address.
pub(super) fn form_of_address() -> Memo<UpdateForm> {
    let query = use_query_map();
    Memo::new(move |_| query.with(|query| UpdateForm::from_fields(|field| query.get(field).unwrap_or_default())))
}

#[component]
pub fn Scale() -> impl IntoView {
    let id = param::<EnvironmentId>("environment");
    let typed = form_of_address();
    let action = ServerAction::<ScaleEnvironment>::new();
    let live = Resource::new(move || id.get(), |id| with_id(id, async |id| api::environment::live(id).await));
    let sheet = Resource::new(
        move || id.get(),
        |id| {
            with_id(id, async |id| {
                let detail = api::environment::environment(id).await?;
                Ok::<_, AppError>(Sheet { detail, options: api::environment::update_options(id).await? })
            })
        },
    );
    Live::refetch_on(
        move |notice| Some(notice.environment) == id.get_untracked(),
        move || {
            sheet.refetch();
            live.refetch();
        },
    );
    let error = Signal::derive(move || action.value().get().and_then(Result::<(), AppError>::err));
    let known = Kept::nothing();
    let draw = move |Sheet { detail, options }: Sheet| {
        let form = Some(typed.get()).filter(|form| !form.is_empty()).unwrap_or_else(|| UpdateForm::of(&options.spec));
        let now = view! { <Loaded resource=live view=tasks_now kept=known /> }.into_any();
        let is_up = detail.summary.status == EnvironmentStatus::Ready;
        let change = match (is_up, detail.may_operate) {
            (true, true) => update_form(detail.summary.id, &form, &FieldErrors::default(), &options).into_any(),
            _ => in_force(&options).into_any(),
        };
        view! {
            {head(&detail, Tab::Scale)}
            <FormError error />
            {remark(&detail)}
            {capacity(&detail, &options, now, action)}
            {change}
        }
    };
    view! { <Loaded resource=sheet view=draw /> }
}

/// Why nothing can be changed at the moment, with the way to what is in the way.
fn remark(detail: &EnvironmentDetail) -> Option<AnyView> {
    let summary = &detail.summary;
    let running = summary.last_operation.as_ref().filter(|operation| !operation.status.is_over());
    if let Some(operation) = running {
        let (title, address) =
            (text::scale::busy(&operation.requested_by, operation.kind), link::operation(operation.id));
        return Some(
            view! {
                <Callout tone=Tone::Busy title>
                    <p>{text::scale::BUSY}</p><p><a href=address>"Look at the operation"</a></p>
                </Callout>
            }
            .into_any(),
        );
    }
    if summary.status == EnvironmentStatus::UpdateFailed {
        let address = summary.last_operation.as_ref().map(|operation| link::operation(operation.id));
        return Some(
            view! {
                <Callout tone=Tone::Bad title=text::scale::STUCK>
                    <p>{text::scale::UNSTICK}</p>
                    {address.map(|address| view! { <p><a href=address>"Look at the operation"</a></p> })}
                </Callout>
            }
            .into_any(),
        );
    }
    if summary.status != EnvironmentStatus::Ready {
        return Some(quiet(text::scale::NOT_THERE));
    }
    (!detail.may_operate).then(|| quiet(text::scale::VIEW_ONLY))
}

fn quiet((title, text): (&'static str, &'static str)) -> AnyView {
    view! { <Callout tone=Tone::Quiet title><p>{text}</p></Callout> }.into_any()
}

fn tasks_now(state: LiveState) -> impl IntoView {
    let service = state.service.map(|service| text::scale::running(service.running, service.desired, service.pending));
    let healthy = state.targets.iter().filter(|target| target.state == "healthy").count();
    let targets = (!state.targets.is_empty()).then(|| format!(", {healthy} healthy"));
    let problem = state.problem.map(|problem| text::cause::problem(&problem));
    view! {
        <span>{service.unwrap_or_else(|| "Not known".to_owned())}{targets}
            <span class="muted small">" as of "<time datetime=format::machine(state.as_of)>{format::clock(state.as_of)}</time></span>
            {problem.map(|problem| view! { <span class="muted small">" "{problem}</span> })}
        </span>
    }
}

/// Whether the task runs, why it is one or none, and the button for the other.
fn capacity(
    detail: &EnvironmentDetail,
    options: &UpdateOptions,
    now: AnyView,
    action: ServerAction<ScaleEnvironment>,
) -> impl IntoView + use<> {
    let summary = &detail.summary;
    let may = detail.may_operate && summary.status == EnvironmentStatus::Ready;
    let (desired, label, class, note) = match summary.desired {
        0 => ("1", "Run", "btn btn-primary", text::scale::RUN),
        _ => ("0", "Stop", "btn", text::scale::STOP),
    };
    let id = summary.id.to_string();
    let (told, price) =
        (text::scale::told(summary.desired), text::scale::paused_price(options.monthly, options.monthly_paused));
    let host = (summary.desired > 0 && summary.spec.compute.kind.has_hosts()).then_some(text::scale::STOP_HOST);
    let button = may.then(|| {
        view! {
            <p class="muted">{note}" "{host}</p>
            <ActionForm action>
                <input type="hidden" name="environment" value=id />
                <input type="hidden" name="desired" value=desired />
                <Submit label pending=action.pending() class />
            </ActionForm>
        }
    });
    view! {
        <section class="card stack" aria-labelledby="tasks"><h2 id="tasks">"Tasks"</h2>
            <KeyValues>
                <KeyValue name="Asked for">{told}</KeyValue>
                <KeyValue name="ECS says">{now}</KeyValue>
                <KeyValue name="Price">{price}</KeyValue>
            </KeyValues>
            <p>{text::scale::why_one(summary.spec.edition)}</p>
            {button}
        </section>
    }
}

/// What the environment would cost a month with another size.
fn with_size(options: &UpdateOptions, size: Size) -> Option<Usd> {
    let price = |size: Size| options.size_prices.iter().find(|price| price.size == size)?.monthly;
    Some(Usd(options.monthly.0 - price(options.spec.compute.size?)?.0 + price(size)?.0))
}

/// The same with another host.
fn with_host(options: &UpdateOptions, instance_type: InstanceType) -> Option<Usd> {
    let price = |one: InstanceType| options.host_prices.iter().find(|price| price.instance_type == one)?.monthly;
    let now = options.spec.compute.host?.instance_type;
    Some(Usd(options.monthly.0 - price(now)?.0 + price(instance_type)?.0))
}

/// What the environment runs on as cards: the size of its task, or its host.
fn capacities(options: &UpdateOptions) -> Vec<Choice> {
    let in_force = options.spec.compute.code();
    let card = |code: &str, title: String, has: String, after: Option<Usd>| {
        let price = after
            .map_or_else(|| "Price not known here".to_owned(), |after| text::scale::size_price(options.monthly, after));
        let mut lines = vec![has, price];
        lines.extend((code == in_force).then(|| text::scale::IN_FORCE.to_owned()));
        Choice { value: code.to_owned(), title, lines }
    };
    if options.spec.compute.kind.has_hosts() {
        let host = |one: &InstanceType| {
            card(one.code(), one.code().to_owned(), text::spec::host_has(*one), with_host(options, *one))
        };
        return InstanceType::ALL.iter().map(host).collect();
    }
    let size = |size: &Size| {
        let has = format!("{} · {}", format::vcpu(size.cpu_units()), format::memory(size.memory_mib()));
        card(size.code(), text::environment::size(*size).to_owned(), has, with_size(options, *size))
    };
    Size::ALL.iter().map(size).collect()
}

/// What can be changed, as a form that asks for a plan.
pub(super) fn update_form(
    id: EnvironmentId,
    form: &UpdateForm,
    errors: &FieldErrors,
    options: &UpdateOptions,
) -> impl IntoView + use<> {
    let kind = options.spec.compute.kind;
    let (capacity, value) =
        if kind.has_hosts() { ("instance_type", &form.instance_type) } else { ("size", &form.size) };
    let (label, hint) = words(capacity);
    let problem = errors.of(capacity).cloned();
    let text = |name: &'static str, value: &str| {
        let (label, hint) = words(name);
        view! { <Field name label hint value problem=errors.of(name).cloned() /> }.into_any()
    };
    let area = |name: &'static str, value: &str| {
        let (label, hint) = words(name);
        let problem = Signal::stored(errors.of(name).cloned());
        view! { <TextArea name label hint value problem rows=3 /> }
    };
    // Fields of the other kind of compute are shown only where something stands in them all the same.
    let misplaced = form
        .pairs()
        .into_iter()
        .filter(|(name, _)| !applies(kind, name) && errors.of(name).is_some())
        .map(|(name, value)| text(name, value))
        .collect_view();
    let disk =
        if kind.has_hosts() { text("disk_gib", &form.disk_gib) } else { text("ephemeral_gib", &form.ephemeral_gib) };
    let plain = |options: Vec<String>| options.into_iter().map(|option| (option.clone(), option)).collect::<Vec<_>>();
    let choice = |name: &'static str, value: &str, options: Vec<(String, String)>| {
        let (label, hint) = words(name);
        view! { <Select name label hint options value problem=errors.of(name).cloned() /> }.into_any()
    };
    let mut versions: Vec<(String, String)> =
        model::image::values(newer(&options.spec, &options.versions), options.spec.edition)
            .into_iter()
            .map(|(value, offer)| (value.clone(), text::image::offer(&value, offer.deprecated)))
            .collect();
    versions.push((options.spec.image.tag.clone(), options.spec.image.tag.clone()));
    let classes = plain(DatabaseClass::ALL.iter().map(|class| class.code().to_owned()).collect());
    let mut days: Vec<u32> = LOG_RETENTION_DAYS.to_vec();
    days.push(options.spec.log_retention_days);
    days.sort_unstable();
    days.dedup();
    view! {
        <section class="card stack" aria-labelledby="change"><h2 id="change">"Size and settings"</h2>
            <form method="get" action=link::update_plan(id) class="stack">
                <Choices name=capacity label hint choices=capacities(options) value=value.clone() problem />
                <div class="form-grid">
                    {misplaced}
                    {disk}
                    {choice("version", &form.version, versions)}
                    {choice("database_class", &form.database_class, classes)}
                    {text("database_storage_gib", &form.database_storage_gib)}
                    {text("allowed_cidrs", &form.allowed_cidrs)}
                    {choice("log_retention_days", &form.log_retention_days, plain(days.iter().map(ToString::to_string).collect()))}
                </div>
                {area("variables", &form.variables)}
                {area("secrets", &form.secrets)}
                <div class="row">
                    <button type="submit" class="btn btn-primary">"Review the plan"</button>
                    <span class="muted">{text::scale::PLAN_FIRST}</span>
                </div>
            </form>
        </section>
    }
}

/// What is in force, for those who may not change it and while nobody may.
fn in_force(options: &UpdateOptions) -> impl IntoView + use<> {
    let form = UpdateForm::of(&options.spec);
    let compute = &options.spec.compute;
    let facts = form
        .pairs()
        .into_iter()
        .filter(|(field, _)| applies(compute.kind, field))
        .map(|(field, value)| {
            let value = match field {
                "size" | "instance_type" => text::spec::capacity(compute),
                _ => value.to_owned(),
            };
            let (name, _) = words(field);
            view! { <KeyValue name>{value}</KeyValue> }
        })
        .collect_view();
    view! {
        <section class="card wide" aria-labelledby="in-force"><h2 id="in-force">"Size and settings in force"</h2>
            <KeyValues>{facts}</KeyValues>
        </section>
    }
}
