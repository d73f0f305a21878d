//! What the server draws a document from, and what comes of a form.

use axum::http::header::REFERER;
use axum::http::request::Parts;
use axum::http::{Method, StatusCode, Uri};
use domain::BatchId;
use engine::Topic;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::api::{ApiError, ErrorMessage};
use crate::preferences::language;
use crate::query::HOME_PATH;
use crate::views::Failure;

/// A page, before the frame is around it.
pub struct Page {
    /// Of the browser's tab, without the product's name.
    pub title: String,
    /// The entry of the navigation that it belongs to.
    pub section: &'static str,
    /// What has to change for it to be out of date.
    pub topics: &'static [Topic],
    /// After how many seconds it is out of date though no topic changed.
    pub every_seconds: Option<u32>,
    /// Whether it fills a screen on a wall: without navigation, and large.
    pub is_wall: bool,
    /// The status of the answer.
    pub status: StatusCode,
    /// What stands in `<main>`.
    pub content: AnyView,
}

impl Page {
    /// A page that is there.
    pub fn new(
        section: &'static str,
        title: impl Into<String>,
        topics: &'static [Topic],
        content: impl IntoView + 'static,
    ) -> Self {
        let content = content.into_view().into_any();
        Self {
            title: title.into(),
            section,
            topics,
            every_seconds: None,
            is_wall: false,
            status: StatusCode::OK,
            content,
        }
    }

    /// The same with another status.
    pub fn with_status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }
}

/// What was done, to be said once on the page that comes next.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// In a sentence.
    pub text: String,
    /// The fields of the form that undoes it; none where nothing does.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub undo: Vec<(String, String)>,
    /// Where that form is sent to.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub undo_path: String,
    /// The batch that was queued, of which it says so until it is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch: Option<BatchId>,
}

/// What comes of a form.
pub enum Outcome {
    /// A page: the next step, or why it could not be done.
    Page(Page),
    /// It is done: the page to see next, and what to say there.
    Done {
        /// Its address.
        path: String,
        /// What to say there.
        notice: Notice,
    },
}

/// A part of a page that can fail alone: what it shows, or what went wrong, with the way to try again. What is drawn of an answer
/// that could not be fetched is reported once, where the fetch failed.
pub fn part<T>(
    name: &'static str,
    outcome: Result<T, ApiError>,
    way_out: Option<&'static str>,
    draw: impl FnOnce(T) -> AnyView,
) -> AnyView {
    match outcome {
        Ok(answer) => draw(answer),
        Err(error) => {
            let title = language().failure().title(name);
            view! { <Failure title message=ErrorMessage::from(&error) retry=Some(own_address()) way_out/> }.into_any()
        }
    }
}

/// The address of the page in hand; of one that a form led to, the page that the form was on.
pub fn own_address() -> String {
    let parts = use_context::<Parts>();
    let own = parts.filter(|parts| parts.method == Method::GET);
    let own = own.and_then(|parts| parts.uri.path_and_query().map(ToString::to_string));
    own.or_else(came_from).unwrap_or_else(|| HOME_PATH.to_owned())
}

/// The page of ours that somebody comes from. The server lets no other through.
pub fn came_from() -> Option<String> {
    let parts = use_context::<Parts>()?;
    let page: Uri = parts.headers.get(REFERER)?.to_str().ok()?.parse().ok()?;
    Some(page.path_and_query()?.to_string())
}
