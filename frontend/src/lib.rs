//! The browser entry point: panic hook and hydration, nothing else.

#[cfg(target_arch = "wasm32")]
mod entry {
    use wasm_bindgen::prelude::wasm_bindgen;

    /// The page calls it when its WebAssembly is there.
    #[wasm_bindgen]
    pub fn hydrate() {
        std::panic::set_hook(Box::new(|info| {
            console_error_panic_hook::hook(info);
            app::sentry::report_panic(info);
        }));
        leptos::mount::hydrate_body(app::App);
    }
}
