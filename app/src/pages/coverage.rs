//! `/cobertura`: where every half hour of every store stands, and of any moment of the past.

use engine::{CoverageGrid, SavedView, Topic};
use futures::join;
use leptos::prelude::*;

use crate::api::{GridRequest, list_saved_views, read_coverage_grid};
use crate::page::{Page, part};
use crate::preferences::language;
use crate::query::{AT, CHOSEN_CELLS, COVERAGE, OPEN_DAY, Query};
use crate::values::Values;
use crate::views::{
    ChosenCells, PageHeader, Zoom, coverage_controls, coverage_list, coverage_table, export_links_with,
    grid_past_notice, is_list, legend, may_operate, moment_of, opened_day, read_only_notice, saved_views,
    selection_bar,
};

/// The line of now moves, also where nothing changes.
const EVERY_SECONDS: u32 = 300;

/// The page of the grid.
pub async fn coverage_page(values: Values) -> Page {
    let texts = language().coverage();
    let at = moment_of(|name| values.get(name));
    let query = Query::from_values(COVERAGE, |name| if name == AT { at.clone() } else { values.get(name) });
    let zoom = Zoom::of(query.get("zoom").as_deref());
    let request = GridRequest {
        kind: query.get("tipo"),
        branch: query.get("ubicacion_id"),
        last: query.get("hasta"),
        days: zoom.days(),
        at,
    };
    provide_context(ChosenCells::of(values.get(CHOSEN_CELLS).as_deref()));
    let open = values.get(OPEN_DAY);
    let (grid, views) = join!(read_coverage_grid(request), list_saved_views());
    let views = views.unwrap_or_default();
    let content = view! {
        <PageHeader title=texts.title() intro=texts.intro()/>
        {part(texts.part(), grid, query.way_out(), |grid| draw(&grid, &query, zoom, &views, open.as_deref()))}
    };
    let page = Page::new(COVERAGE.path, texts.title(), &[Topic::Gaps, Topic::Runs], content);
    Page { every_seconds: Some(EVERY_SECONDS), ..page }
}

/// Those of the page, with the days that the zoom has.
fn export_filters(query: &Query, zoom: Zoom) -> String {
    let address = query.href_with("zoom", None);
    let others = address.split_once('?').map(|(_, filters)| format!("{filters}&")).unwrap_or_default();
    format!("{others}dias={}", zoom.days())
}

fn draw(grid: &CoverageGrid, query: &Query, zoom: Zoom, views: &[SavedView], open: Option<&str>) -> AnyView {
    view! {
        {grid.is_past.then(|| grid_past_notice(grid, query))}
        {open.and_then(|open| opened_day(grid, query, open))}
        <section class="panel grid-panel" aria-label=language().coverage().title()>
            {coverage_controls(grid, query, zoom)}
            {saved_views(query, views)}
            {legend(grid, query)}
            {if is_list(query) { coverage_list(grid, query) } else { coverage_table(grid, query, zoom) }}
            {export_links_with("cobertura", &export_filters(query, zoom))}
            {(!grid.is_past).then(|| if may_operate() { selection_bar(grid, query) } else { read_only_notice() })}
        </section>
    }
    .into_any()
}
