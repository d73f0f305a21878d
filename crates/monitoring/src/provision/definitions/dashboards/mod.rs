//! The dashboards, one file each.

mod api_performance;
mod etl_health;
mod gap_recovery;
mod widget;

use serde_json::{Value, json};

use crate::provision::project::Project;
use crate::provision::resource::{Kind, Resource};
use widget::Widget;

pub(super) fn all(project: &Project) -> Vec<Resource> {
    vec![
        dashboard(project, etl_health::TITLE, &etl_health::widgets()),
        dashboard(project, gap_recovery::TITLE, &gap_recovery::widgets()),
        dashboard(project, api_performance::TITLE, &api_performance::widgets()),
    ]
}

fn dashboard(project: &Project, title: &str, widgets: &[Widget]) -> Resource {
    let widgets: Vec<Value> = widgets.iter().map(Widget::body).collect();
    let body = json!({ "title": title, "projects": project.ids(), "period": "7d", "widgets": widgets });
    Resource { kind: Kind::Dashboard, name: title.to_owned(), body }
}
