//! Pages whose code is in files of their own, which the browser fetches when somebody opens one of them.
//!
//! The server draws them as any other. With the feature `split` (release builds, where cargo-leptos cuts the wasm at these places) a
//! route waits for the file before it hydrates or navigates; without it they are part of the one file and nothing is waited for.
//! Leptos' own `#[lazy]` would make a file of each page and a hundred small ones of what they share; here pages share a file.

/// Declares each page, after the file that it is in, as a view for routes: `view=page::Name`.
macro_rules! lazy_pages {
    ($($file:ident: $name:ident = $page:path;)+) => {$(
        /// The page of this name, for a route.
        #[derive(Clone, Copy, Debug)]
        pub struct $name;

        const _: () = {
            use leptos::prelude::{AnyView, IntoAny};

            #[cfg_attr(
                all(feature = "split", feature = "hydrate"),
                leptos::wasm_split::wasm_split($file, wasm_split_path = ::leptos::wasm_split, preload(fetch))
            )]
            #[allow(non_snake_case, reason = "the name tells the pages of a file apart")]
            fn $name() -> AnyView {
                $page().into_any()
            }

            impl leptos_router::ChooseView for $name {
                #[cfg(all(feature = "split", feature = "hydrate"))]
                async fn choose(self) -> AnyView {
                    $name().await
                }

                #[cfg(not(all(feature = "split", feature = "hydrate")))]
                async fn choose(self) -> AnyView {
                    // Has the file named in the page's head, so that it is loaded beside the first one.
                    #[cfg(all(feature = "split", feature = "ssr"))]
                    leptos::prefetch_lazy_fn_on_server(stringify!($file));
                    $name()
                }

                async fn preload(&self) {
                    #[cfg(all(feature = "split", feature = "hydrate"))]
                    fetch().await;
                }
            }
        };
    )+};
}
pub(super) use lazy_pages;
