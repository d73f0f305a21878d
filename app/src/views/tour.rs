//! What to try first, for whoever opens the demo: three steps, shown until somebody closes them.

use engine::Identity;
use leptos::prelude::*;

use crate::preferences::{Preferences, language};
use crate::query::GAPS;

/// The three steps; nothing where it is no demo, or where they were closed.
pub fn tour() -> Option<AnyView> {
    // Whoever is let into a demo has no session.
    let is_demo = use_context::<Identity>().is_some_and(|one| one.actor.is_somebody() && !one.has_session());
    let is_closed = use_context::<Preferences>().is_some_and(|preferences| preferences.is_tour_closed);
    let texts = language().tour();
    (is_demo && !is_closed).then(|| {
        view! {
            <section class="panel panel-padded" id="recorrido" aria-labelledby="recorrido-titulo">
                <h2 id="recorrido-titulo">{texts.title()}</h2>
                <ol>
                    <li>
                        <p>{texts.look()} " " <a class="link" href=GAPS.path>{texts.look_link()}</a></p>
                    </li>
                    <li>{texts.recover()}</li>
                    <li>{texts.more()}</li>
                </ol>
                <form method="post" action="/api/preferencias">
                    <button class="button" id="recorrido-cerrar" type="submit" name="recorrido" value="visto">
                        {texts.close()}
                    </button>
                </form>
            </section>
        }
        .into_any()
    })
}
