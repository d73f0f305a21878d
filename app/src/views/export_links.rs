//! What a page shows as a file, with its filters.

use leptos::prelude::*;

use crate::preferences::language;
use crate::query::Query;

/// Where files come from.
const FOLDER: &str = "/exportar";
/// The ends of their names, and what people call them.
const FORMATS: [(&str, &str); 3] = [("csv", "CSV"), ("xlsx", "Excel"), ("parquet", "Parquet")];

/// The links that keep a list as a file, with the filters of its page.
pub fn export_links(list: &'static str, query: &Query) -> AnyView {
    let address = query.href();
    export_links_with(list, address.split_once('?').map(|(_, filters)| filters).unwrap_or_default())
}

/// The same with filters as an address has them, after its `?`; empty for all.
pub fn export_links_with(list: &'static str, filters: &str) -> AnyView {
    let texts = language().export();
    let filters = if filters.is_empty() { String::new() } else { format!("?{filters}") };
    let links = FORMATS.map(|(extension, name)| {
        let href = format!("{FOLDER}/{list}.{extension}{filters}");
        view! { <a class="link" href=href download="" aria-label=texts.download_as(name)>{name}</a> " " }
    });
    view! { <p class="export-links muted">{texts.download()} " " {links.collect_view()}</p> }.into_any()
}
