//! The settings of the process that answers.

use super::head;
use crate::{
    api,
    component::{Cell, Loaded, Table},
    link::PlatformTab,
    text,
};
use leptos::prelude::*;
use model::platform::{Setting, SettingValue};

#[component]
pub fn PlatformConfiguration() -> impl IntoView {
    let settings = Resource::new(|| (), |()| api::platform::configuration());
    view! {
        {head(PlatformTab::Configuration)}
        <p class="muted">{text::platform::SETTINGS}</p>
        <Loaded resource=settings view=table />
    }
}

fn table(settings: Vec<Setting>) -> impl IntoView {
    let rows = settings.into_iter().map(row).collect_view();
    view! { <Table caption="Settings" heads=vec!["Setting", "Value", "From", "Meaning"]>{rows}</Table> }
}

fn row(setting: Setting) -> impl IntoView {
    let value = match setting.value {
        SettingValue::Text(text) => view! { <span class="mono">{text}</span> }.into_any(),
        SettingValue::Hidden => text::platform::HIDDEN.into_any(),
        SettingValue::NotSet => view! { <span class="muted">{text::platform::NOT_SET}</span> }.into_any(),
    };
    view! {
        <tr role="row">
            <Cell label="Setting" class="name"><div><span class="mono">{setting.variable}</span>
                <p class="small muted mono">{format!("--{}", setting.flag)}</p></div></Cell>
            <Cell label="Value">{value}</Cell>
            <Cell label="From">{text::platform::source(setting.source)}</Cell>
            <Cell label="Meaning">{setting.meaning}</Cell>
        </tr>
    }
}
