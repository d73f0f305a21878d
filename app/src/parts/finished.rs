//! What is sent of a document that was drawn.

use crate::assets::{Assets, assets};

/// What starts the WebAssembly.
pub(super) const ISLANDS_SCRIPT: &str = "klk.js";
/// What the islands are in.
pub(super) const ISLANDS_WASM: &str = "klk.wasm";

/// Leptos marks the places of what may change in a browser. In what is no island, nothing does.
const MARK: &str = "<!>";
const OPENING: &str = "<leptos-island ";
const CLOSING: &str = "</leptos-island>";
const END_OF_HEAD: &str = "</head>";

/// Of a drawn document what is sent: without marks where no island is; with the WebAssembly named, for it to come early, where
/// there is one. Islands do not stand within each other.
pub fn finished(html: &str) -> String {
    match html.contains(OPENING) {
        true => without_marks(html).replacen(END_OF_HEAD, &format!("{}{END_OF_HEAD}", preloads(&assets())), 1),
        false => html.replace(MARK, ""),
    }
}

fn without_marks(html: &str) -> String {
    let mut parts = html.split(OPENING);
    let mut written = parts.next().unwrap_or_default().replace(MARK, "");
    for part in parts {
        let (island, rest) = part.split_once(CLOSING).unwrap_or((part, ""));
        written.extend([OPENING, island, CLOSING]);
        written.push_str(&rest.replace(MARK, ""));
    }
    written
}

fn preloads(assets: &Assets) -> String {
    let (script, wasm) = (assets.path(ISLANDS_SCRIPT), assets.path(ISLANDS_WASM));
    format!(
        "<link rel=\"modulepreload\" href=\"{script}\">\
         <link rel=\"preload\" as=\"fetch\" type=\"application/wasm\" href=\"{wasm}\" crossorigin=\"anonymous\">"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_without_islands_has_no_marks_and_names_no_webassembly() {
        let html = "<html><head></head><p>uno<!>dos</p></html>";
        assert_eq!(finished(html), "<html><head></head><p>unodos</p></html>");
    }

    #[test]
    fn an_island_keeps_its_marks_and_has_the_webassembly_come_early() {
        let island = "<leptos-island data-component=\"A_1\"><p>uno<!>dos</p></leptos-island>";
        let html = finished(&format!("<head></head><p>a<!>b</p>{island}<p>c<!>d</p>{island}<!>"));
        assert!(html.ends_with(&format!("</head><p>ab</p>{island}<p>cd</p>{island}")), "{html}");
        let (head, _) = html.split_once("</head>").unwrap();
        assert!(head.contains("<link rel=\"modulepreload\" href=\"/pkg/klk.js\">"), "{head}");
        assert!(head.contains("href=\"/pkg/klk.wasm\" crossorigin=\"anonymous\">"), "{head}");
    }
}
