//! Changes as they happen: one event stream for all tabs of a browser, and polling where streams do not get through.

use leptos::prelude::*;
use model::notice::Notice;
use std::{rc::Rc, time::Duration};

/// What arrived last. `None` means that something was missed and everything may have changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Tick {
    serial: u64,
    notice: Option<Notice>,
}

/// The page's ear. A part that shows what can change calls [`Live::refetch_on`].
#[derive(Clone, Copy)]
pub struct Live {
    tick: RwSignal<Tick>,
    /// When the connection was lost, as a browser's ISO time.
    lost: RwSignal<Option<String>>,
}

impl Live {
    /// Provides itself to the pages, and listens (in the browser, after hydration) as soon as somebody is signed in: others are
    /// refused, and a stream that was refused is not tried again.
    pub fn start(is_signed_in: impl Fn() -> bool + 'static) -> Self {
        let live = Self { tick: RwSignal::new(Tick { serial: 0, notice: None }), lost: RwSignal::new(None) };
        provide_context(live);
        // Effects run in the browser only.
        Effect::new(move |before: Option<bool>| {
            let listens = before.unwrap_or_default();
            let begins = !listens && is_signed_in();
            #[cfg(feature = "hydrate")]
            if begins {
                browser::listen(live);
            }
            listens || begins
        });
        live
    }

    /// Since when the connection is lost, as a time of day in UTC; `None` while it stands.
    pub fn lost_at(self) -> Option<String> {
        self.lost.get().map(|iso| iso.get(11..16).unwrap_or(&iso).to_owned())
    }

    /// Calls `refetch` whenever a change concerns what is shown, and after a gap.
    pub fn refetch_on(concerns: impl Fn(&Notice) -> bool + 'static, refetch: impl Fn() + 'static) {
        let Some(live) = use_context::<Self>() else { return };
        Effect::new(move |before: Option<u64>| {
            let tick = live.tick.get();
            let is_new = before.is_some_and(|before| before != tick.serial);
            if is_new && tick.notice.as_ref().is_none_or(&concerns) {
                refetch();
            }
            tick.serial
        });
    }

    /// Calls `refetch` again and again while the page is looked at, for what changes without a notice.
    pub fn refetch_every(pause: Duration, refetch: impl Fn() + 'static) {
        let refetch = Rc::new(refetch);
        // Effects run in the browser only.
        Effect::new(move |_| {
            let refetch = refetch.clone();
            let ask = move || {
                if !document().hidden() {
                    refetch();
                }
            };
            if let Ok(timer) = set_interval_with_handle(ask, pause) {
                on_cleanup(move || timer.clear());
            }
        });
    }

    /// Remembers when the connection was lost first: what is shown is as old as that.
    #[cfg(feature = "hydrate")]
    fn lose(self) {
        if self.lost.read_untracked().is_none() {
            self.lost.set(Some(js_sys::Date::new_0().to_iso_string().into()));
        }
    }

    #[cfg(feature = "hydrate")]
    fn heard(self, notice: Option<Notice>) {
        self.tick.update(|tick| *tick = Tick { serial: tick.serial + 1, notice });
    }
}

#[cfg(feature = "hydrate")]
mod browser {
    use super::Live;
    use leptos::{prelude::*, task::spawn_local};
    use std::{cell::Cell, rc::Rc, time::Duration};
    use wasm_bindgen::{JsCast, JsValue, closure::Closure};
    use web_sys::{BroadcastChannel, EventSource, MessageEvent};

    /// Name of the lock that the listening tab holds, and of the channel on which it tells the others.
    const SHARED: &str = "handrail-events";
    /// How often a page looks by itself while the stream is broken.
    const POLL: Duration = Duration::from_secs(5);

    /// How long after its start a tab that was not given the lead knows that another one has it.
    const JOINED: Duration = Duration::from_millis(500);

    /// Listens on the channel, and on the stream itself once this tab is the one that leads.
    pub(super) fn listen(live: Live) {
        let broken = Rc::new(Cell::new(false));
        let channel = BroadcastChannel::new(SHARED).ok();
        if let Some(channel) = &channel {
            let broken = broken.clone();
            let hear = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
                if let Some(text) = event.data().as_string() {
                    receive(live, &broken, &text);
                }
            });
            channel.set_onmessage(Some(hear.as_ref().unchecked_ref()));
            hear.forget();
        }
        watch_network(live, broken.clone());
        poll(live, broken.clone());
        let leads = Rc::new(Cell::new(false));
        let lead = {
            let leads = leads.clone();
            move || {
                leads.set(true);
                open(live, broken.clone(), channel.clone());
            }
        };
        lead_once(lead);
        // Where another tab leads, its stream is open already: what happened before this tab listened is read now.
        set_timeout(
            move || {
                if !leads.get() {
                    live.heard(None);
                }
            },
            JOINED,
        );
    }

    /// Runs `lead` when no other tab leads: at once, or when the leader is closed. Browsers without locks lead each for itself.
    fn lead_once(lead: impl Fn() + 'static) {
        let locks = js_sys::Reflect::get(&window().navigator(), &JsValue::from_str("locks")).ok();
        let request = locks.as_ref().and_then(|locks| {
            js_sys::Reflect::get(locks, &JsValue::from_str("request")).ok()?.dyn_into::<js_sys::Function>().ok()
        });
        let (Some(locks), Some(request)) = (locks, request) else { return lead() };
        let hold = Closure::<dyn Fn() -> js_sys::Promise>::new(move || {
            lead();
            // Never resolved: the lock is held until the tab is closed.
            js_sys::Promise::new(&mut |_, _| {})
        });
        let _ = request.call2(&locks, &JsValue::from_str(SHARED), hold.as_ref());
        hold.forget();
    }

    fn open(live: Live, broken: Rc<Cell<bool>>, channel: Option<BroadcastChannel>) {
        let Ok(source) = EventSource::new("/events") else {
            broken.set(true);
            return;
        };
        let tell = Rc::new(move |text: &str| {
            if let Some(channel) = &channel {
                let _ = channel.post_message(&JsValue::from_str(text));
            }
            receive(live, &broken, text);
        });
        for (event, word) in [("open", "open"), ("error", "broken"), ("resync", "resync")] {
            let tell = tell.clone();
            let listener = Closure::<dyn Fn()>::new(move || tell(word));
            let _ = source.add_event_listener_with_callback(event, listener.as_ref().unchecked_ref());
            listener.forget();
        }
        let listener = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
            if let Some(text) = event.data().as_string() {
                tell(&text);
            }
        });
        let _ = source.add_event_listener_with_callback("notice", listener.as_ref().unchecked_ref());
        listener.forget();
    }

    /// What the stream said: a word of ours, or a notice as JSON.
    fn receive(live: Live, broken: &Cell<bool>, text: &str) {
        match text {
            "broken" => broken.set(true),
            // What happened between the drawing of the page and the opening of the stream was heard by nobody.
            "open" => {
                if broken.replace(false) {
                    live.lost.set(None);
                }
                live.heard(None);
            }
            "resync" => live.heard(None),
            notice => {
                if let Ok(notice) = serde_json::from_str(notice) {
                    live.heard(Some(notice));
                }
            }
        }
    }

    fn watch_network(live: Live, broken: Rc<Cell<bool>>) {
        let _ = window_event_listener_untyped("offline", move |_| live.lose());
        let _ = window_event_listener_untyped("online", move |_| {
            if !broken.get() {
                live.lost.set(None);
                live.heard(None);
            }
        });
    }

    /// While the stream is broken, asks for the smallest thing there is; an answer means that the page can be read again.
    fn poll(live: Live, broken: Rc<Cell<bool>>) {
        let _ = set_interval_with_handle(
            move || {
                if broken.get() {
                    spawn_local(async move {
                        let answered = crate::api::platform::frame().await.is_ok();
                        if answered {
                            live.lost.set(None);
                            live.heard(None);
                        } else {
                            live.lose();
                        }
                    });
                }
            },
            POLL,
        );
    }
}
