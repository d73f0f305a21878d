//! The functions of frontend/js/bridge.ts. Outside of the browser the same names do nothing.

#[cfg(feature = "hydrate")]
pub(super) use browser::*;
#[cfg(not(feature = "hydrate"))]
pub(super) use nowhere::*;

#[cfg(feature = "hydrate")]
mod browser {
    use wasm_bindgen::prelude::wasm_bindgen;

    #[wasm_bindgen(raw_module = "/pkg/bridge.js")]
    extern "C" {
        #[wasm_bindgen(js_name = callFailed)]
        pub fn call_failed(address: &str, status: u16, code: &str, reference: &str) -> String;

        #[wasm_bindgen(js_name = callAnswered)]
        pub fn call_answered(address: &str);

        #[wasm_bindgen(js_name = reportComponent)]
        pub fn report_component(part: &str, message: &str) -> String;

        #[wasm_bindgen(js_name = navigate)]
        pub fn navigate(path: &str, search: &str);

        #[wasm_bindgen(js_name = startAction)]
        pub fn start_action(name: &str, attributes: Vec<String>) -> u32;

        #[wasm_bindgen(js_name = withinAction)]
        pub fn within_action(number: u32, work: &mut dyn FnMut());

        #[wasm_bindgen(js_name = endAction)]
        pub fn end_action(number: u32, succeeded: bool);

        #[wasm_bindgen(js_name = rejectPromise)]
        pub fn reject_promise(message: &str);

        #[wasm_bindgen(js_name = crash)]
        pub fn crash(message: &str, location: &str);

        #[wasm_bindgen(js_name = hasCrashed)]
        pub fn has_crashed() -> bool;
    }
}

#[cfg(not(feature = "hydrate"))]
mod nowhere {
    pub fn call_failed(_address: &str, _status: u16, _code: &str, _reference: &str) -> String {
        String::new()
    }

    pub fn call_answered(_address: &str) {}

    pub fn report_component(_part: &str, _message: &str) -> String {
        String::new()
    }

    pub fn navigate(_path: &str, _search: &str) {}

    pub fn start_action(_name: &str, _attributes: Vec<String>) -> u32 {
        0
    }

    pub fn within_action(_number: u32, work: &mut dyn FnMut()) {
        work();
    }

    pub fn end_action(_number: u32, _succeeded: bool) {}

    pub fn reject_promise(_message: &str) {}

    pub fn crash(_message: &str, _location: &str) {}

    pub fn has_crashed() -> bool {
        false
    }
}
