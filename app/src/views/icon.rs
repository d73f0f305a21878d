//! Icons: strokes on a grid of 16 by 16, in the colour of the text around them.

use leptos::prelude::*;

/// What an icon stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    /// The overview.
    Home,
    /// The grid of stores by days.
    Coverage,
    /// Runs.
    Runs,
    /// Gaps.
    Gaps,
    /// What is recovered together.
    Plans,
    /// Monitoring.
    Monitoring,
    /// To another site.
    External,
    /// Comparisons with the source.
    Reconciliations,
    /// Stock.
    Stock,
    /// When stores are open.
    Calendars,
    /// What was decided.
    History,
    /// Copy to the clipboard.
    Copy,
    /// Done.
    Check,
    /// Leave.
    Close,
    /// Look for something.
    Search,
    /// Something is wrong.
    Warning,
    /// Ask again.
    Retry,
    /// To the older page.
    Older,
    /// To the first page.
    First,
    /// The theme of the operating system.
    System,
    /// The light theme.
    Light,
    /// The dark theme.
    Dark,
    /// Few rows on a screen.
    Comfortable,
    /// Many rows on a screen.
    Compact,
}

impl Icon {
    const fn path(self) -> &'static str {
        match self {
            Self::Home => "M2.5 7.5L8 2.8l5.5 4.7M4 6.8v6.4h8V6.8",
            Self::Coverage => "M2 2.5h5v5H2zM9 2.5h5v5H9zM2 9.5h5v4H2zM9 9.5h5v4H9z",
            Self::Runs => "M2.5 4h1M6 4h7.5M2.5 8h1M6 8h7.5M2.5 12h1M6 12h4.5",
            Self::Gaps => "M2 8h3M11 8h3M8 2v2M8 12v2M6.5 6.5l3 3M9.5 6.5l-3 3",
            Self::Plans => "M3 2.5h10v11H3zM5.5 5.5h5M5.5 8h5M5.5 10.5h3",
            Self::Monitoring => "M1.8 8.5h2.7l2-5.5 3 10 2-4.5h2.7",
            Self::External => "M9.5 2.5h4v4M13.5 2.5L7.5 8.5M11.5 9.5v4h-9v-9h4",
            Self::Reconciliations => "M2.5 5h9l-2.4-2.4M13.5 11h-9l2.4 2.4",
            Self::Stock => "M8 1.8l5.6 2.9v6.6L8 14.2l-5.6-2.9V4.7zM2.4 4.7L8 7.6l5.6-2.9M8 7.6v6.6",
            Self::Calendars => "M2.5 3.5h11v10h-11zM2.5 6.5h11M5.5 2v3M10.5 2v3",
            Self::History => "M8 2.4a5.6 5.6 0 1 1-5.4 4.1M2.4 2.6v3.9h3.9M8 5.2V8l2 1.6",
            Self::Copy => "M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z",
            Self::Check => "M3 8.5l3.2 3.2L13 4.8",
            Self::Search => "M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zM10.3 10.3l3.4 3.4",
            Self::Close => "M4 4l8 8M12 4l-8 8",
            Self::Warning => "M8 2.2L14.4 13.4H1.6zM8 6.4v3.2M8 11.5v.1",
            Self::Retry => "M13.2 8a5.2 5.2 0 1 1-1.6-3.7M13.2 2.2v2.9h-2.9",
            Self::Older => "M6 3.5L10.5 8 6 12.5",
            Self::First => "M12.5 3.5L8 8l4.5 4.5M3.5 3.5v9",
            Self::System => "M2 3h12v8H2zM5.5 14h5M8 11v3",
            Self::Light => {
                "M8 5.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6zM8 1.2v1.2M8 13.6v1.2M1.2 8h1.2M13.6 8h1.2M3.2 3.2l.9.9M11.9 11.9l.9.9M3.2 12.8l.9-.9M11.9 4.1l.9-.9"
            }
            Self::Comfortable => "M2.5 4.5h11M2.5 11.5h11",
            Self::Compact => "M2.5 3h11M2.5 6.3h11M2.5 9.7h11M2.5 13h11",
            Self::Dark => "M13.6 9.6A6 6 0 0 1 6.4 2.4a6 6 0 1 0 7.2 7.2z",
        }
    }
}

/// Draws an icon. It is for the eye only: what it says must be said in words beside it.
#[component]
pub fn Glyph(
    /// What it stands for.
    icon: Icon,
) -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
            <path d=icon.path()></path>
        </svg>
    }
}
