//! The pages of a list: by cursor where the database cuts it, by number where all of it is known.

use leptos::prelude::*;

use super::{Glyph, Icon};
use crate::preferences::language;
use crate::query::{CURSOR, PAGE, Query};

/// Links to the next older page, whose cursor the answer gave, and back to the first.
pub fn pager(query: &Query, older: Option<&str>) -> AnyView {
    let texts = language().runs();
    let newest = query.get(CURSOR).map(|_| {
        let href = query.href_with(CURSOR, None);
        view! { <a class="button" href=href><Glyph icon=Icon::First/>{texts.newest()}</a> }
    });
    let older = older.map(|cursor| {
        let href = query.href_with(CURSOR, Some(cursor));
        view! { <a class="button pager-older" href=href>{texts.older()}<Glyph icon=Icon::Older/></a> }
    });
    view! { <nav class="pager" aria-label=texts.pages()>{newest} {older}</nav> }.into_any()
}

/// Which page of a list an address asks for; the last one where it asks for one beyond.
pub struct PlaceInList {
    page: usize,
    pages: usize,
    rows_max: usize,
}

impl PlaceInList {
    /// Of a list of so many rows.
    pub fn of(query: &Query, rows: usize, rows_max: usize) -> Self {
        let pages = rows.div_ceil(rows_max).max(1);
        let page = query.get(PAGE).and_then(|page| page.parse().ok()).unwrap_or(1).clamp(1, pages);
        Self { page, pages, rows_max }
    }

    /// The rows of the page.
    pub fn cut<Row>(&self, rows: Vec<Row>) -> Vec<Row> {
        rows.into_iter().skip((self.page - 1) * self.rows_max).take(self.rows_max).collect()
    }
}

/// Links to the pages before and after; nothing where there is one page.
pub fn numbered_pager(query: &Query, place: &PlaceInList) -> Option<AnyView> {
    let texts = language().coverage();
    let to = |page: usize, label: &'static str| {
        let page = (page > 1).then(|| page.to_string());
        view! { <a class="button" href=query.href_with(PAGE, page.as_deref())>{label}</a> }
    };
    (place.pages > 1).then(|| {
        view! {
            <nav class="grid-pages" aria-label=texts.pages()>
                {(place.page > 1).then(|| to(place.page - 1, texts.page_before()))}
                <span class="muted">{texts.page_of(place.page, place.pages)}</span>
                {(place.page < place.pages).then(|| to(place.page + 1, texts.page_after()))}
            </nav>
        }
        .into_any()
    })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::query::GAPS;

    #[rstest]
    #[case::the_first_where_none_is_asked_for("", &[1, 2])]
    #[case::the_last_is_short("3", &[5])]
    #[case::the_last_where_one_beyond_is_asked_for("9", &[5])]
    #[case::the_first_for_rubbish("-1", &[1, 2])]
    fn a_page_has_its_rows(#[case] page: &str, #[case] rows: &[usize]) {
        let query = Query::of(GAPS, &[(PAGE, page)]);
        assert_eq!(PlaceInList::of(&query, 5, 2).cut(vec![1, 2, 3, 4, 5]), rows);
    }

    #[test]
    fn an_empty_list_has_one_page() {
        let place = PlaceInList::of(&Query::of(GAPS, &[]), 0, 2);
        assert_eq!((place.pages, place.cut(Vec::<u8>::new()).len()), (1, 0));
    }
}
