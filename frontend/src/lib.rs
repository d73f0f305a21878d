//! The browser entry point: panic hook and the islands, nothing else.

#[cfg(target_arch = "wasm32")]
mod entry {
    use wasm_bindgen::prelude::wasm_bindgen;

    /// The page calls it when its WebAssembly is there.
    #[wasm_bindgen]
    pub fn start() {
        console_error_panic_hook::set_once();
    }
}
