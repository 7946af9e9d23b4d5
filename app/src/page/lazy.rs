//! Pages whose code is in files of their own, which the browser fetches when somebody opens one of them.
//!
//! The server draws them as any other. With the feature `split` (release builds, where cargo-leptos cuts the wasm at these places) a
//! route waits for the file before it hydrates or navigates; without it they are part of the one file and nothing is waited for.
//! Leptos' own `#[lazy]` would make a file of each page and a hundred small ones of what they share; here pages share a file. They also
//! share a type: the router's code is compiled once for each type of view, and lies in the first file.

/// Declares `LazyPage`, a view for routes, with the pages of each file: `view=LazyPage::Name`.
macro_rules! lazy_pages {
    ($($file:ident { $($name:ident = $page:path;)+ })+) => {
        /// A page, for a route.
        #[derive(Clone, Copy, Debug)]
        pub enum LazyPage {
            $($(
                #[doc = concat!("In the file `", stringify!($file), "`.")]
                $name,
            )+)+
        }

        /// The one function of each file.
        mod file {
            $(pub(super) mod $file {
                use crate::page::*;
                use leptos::prelude::{AnyView, IntoAny};

                #[cfg_attr(
                    all(feature = "split", feature = "hydrate"),
                    leptos::wasm_split::wasm_split($file, wasm_split_path = ::leptos::wasm_split, preload(fetch))
                )]
                pub(in crate::page) fn draw(page: LazyPage) -> AnyView {
                    match page {
                        $(LazyPage::$name => $page().into_any(),)+
                        // Pages of other files are drawn by the functions of those.
                        _ => ().into_any(),
                    }
                }
            })+
        }

        impl leptos_router::ChooseView for LazyPage {
            #[cfg(all(feature = "split", feature = "hydrate"))]
            async fn choose(self) -> leptos::prelude::AnyView {
                match self {
                    $($(Self::$name)|+ => file::$file::draw(self).await,)+
                }
            }

            #[cfg(not(all(feature = "split", feature = "hydrate")))]
            async fn choose(self) -> leptos::prelude::AnyView {
                match self {
                    $($(Self::$name)|+ => {
                        // Has the file named in the page's head, so that it is loaded beside the first one.
                        #[cfg(all(feature = "split", feature = "ssr"))]
                        leptos::prefetch_lazy_fn_on_server(stringify!($file));
                        file::$file::draw(self)
                    })+
                }
            }

            async fn preload(&self) {
                #[cfg(all(feature = "split", feature = "hydrate"))]
                match self {
                    $($(Self::$name)|+ => file::$file::fetch().await,)+
                }
            }
        }
    };
}
pub(super) use lazy_pages;
