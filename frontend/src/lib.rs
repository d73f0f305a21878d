//! The browser entry point: panic hook and islands, nothing else.

#[cfg(target_arch = "wasm32")]
mod entry {
    use wasm_bindgen::prelude::wasm_bindgen;

    /// To be called once, when the WebAssembly is there and before any island starts (frontend/js/islands.ts).
    #[wasm_bindgen]
    pub fn start() {
        std::panic::set_hook(Box::new(|info| {
            console_error_panic_hook::hook(info);
            app::sentry::report_panic(info);
        }));
        leptos::mount::hydrate_islands();
    }
}
