//! Rows that keep their place, their focus and what is open in them while a list changes around them.

use std::sync::Arc;

use leptos::prelude::*;

/// A row for each item. Items with the same key are the same row and are left as they are, so a key has to say all that the
/// row shows. One list for items of every type: what Leptos does for a list is compiled once and not for each of them.
pub fn rows<T: Send + Sync + 'static>(
    items: impl Fn() -> Vec<T> + Send + 'static,
    key: impl Fn(&T) -> String + Send + 'static,
    draw: impl Fn(T) -> AnyView + Send + Sync + 'static,
) -> AnyView {
    let draw = Arc::new(draw);
    let row = move |item: T| {
        let draw = Arc::clone(&draw);
        Row { key: key(&item), draw: Box::new(move || draw(item)) }
    };
    keyed(Box::new(move || items().into_iter().map(&row).collect()))
}

struct Row {
    key: String,
    draw: Box<dyn FnOnce() -> AnyView + Send>,
}

fn keyed(rows: Box<dyn Fn() -> Vec<Row> + Send>) -> AnyView {
    view! {
        <For each=rows key=|row| row.key.clone() let(row)>
            {(row.draw)()}
        </For>
    }
    .into_any()
}
