//! `/entrar` and `/clave`, which also has the sessions of whoever is signed in.

use domain::problem::Problem;
use engine::OwnSession;
use leptos::prelude::*;

use super::fields;
use crate::format::absolute;
use crate::i18n::Language;
use crate::preferences;
use crate::query::{OWN_SESSIONS_PATH, PASSWORD_PATH, SIGN_IN_PATH, provider_path};
use crate::views::{Mark, head_basics};

/// Which form is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntranceKind {
    /// Name and password.
    SignIn,
    /// A one-time code, and the password that is to count.
    Code,
    /// The same, of the first administrator, who chooses a name.
    First,
    /// The password that counts, and the one that is to.
    ChangePassword,
}

/// What the page shows.
#[derive(Clone, Debug)]
pub struct Entrance {
    /// Which form.
    pub kind: EntranceKind,
    /// What was typed as the name.
    pub name: String,
    /// The page to go on to.
    pub back: String,
    /// What was wrong.
    pub problem: Option<Problem>,
    /// The open sessions of whoever is signed in.
    pub sessions: Vec<OwnSession>,
    /// What the provider of identities is called, where one is configured.
    pub provider: Option<String>,
}

impl Entrance {
    /// An empty form.
    pub const fn of(kind: EntranceKind) -> Self {
        Self { kind, name: String::new(), back: String::new(), problem: None, sessions: Vec::new(), provider: None }
    }
}

/// The whole document.
pub fn entrance_document(entrance: &Entrance) -> impl IntoView + use<> {
    let preferences = preferences::read();
    let language = preferences.language;
    let texts = language.access();
    let (title, form) = match entrance.kind {
        EntranceKind::SignIn => (texts.sign_in(), sign_in(language, entrance)),
        EntranceKind::Code => (texts.set_password(), with_code(language, entrance, texts.code_intro())),
        EntranceKind::First => (texts.first(), with_code(language, entrance, texts.first_intro())),
        EntranceKind::ChangePassword => (texts.change_password(), change(language, &entrance.sessions)),
    };
    let problem = fields::problem(entrance.problem.as_ref());
    view! {
        <!DOCTYPE html>
        <html lang=language.tag() data-theme=preferences.theme.code()>
            <head>
                {head_basics(language, title)}
            </head>
            <body>
                <main class="entrance panel panel-padded" id="contenido">
                    <p class="brand">
                        <Mark/>
                        <span>{language.site().name()}</span>
                    </p>
                    <h1>{title}</h1>
                    {problem}
                    {form}
                </main>
            </body>
        </html>
    }
}

fn sign_in(language: Language, entrance: &Entrance) -> AnyView {
    let texts = language.access();
    // Who was refused knows the name already.
    let has_name = !entrance.name.is_empty();
    view! {
        <form method="post" action=SIGN_IN_PATH>
            <input type="hidden" name="volver" value=entrance.back.clone()/>
            {fields::text_of(texts.user(), "usuario", entrance.name.clone(), "username", !has_name)}
            {fields::password_of(texts.password(), "clave", "current-password", has_name)}
            <button class="button button-primary" type="submit">
                {texts.sign_in()}
            </button>
        </form>
        {provider(language, entrance)}
        <p class="muted">
            <a href=PASSWORD_PATH>{texts.have_code()}</a>
        </p>
    }
    .into_any()
}

/// A link and no form: the policy of the page lets no form end up at another host.
fn provider(language: Language, entrance: &Entrance) -> Option<AnyView> {
    let name = entrance.provider.as_ref()?;
    Some(
        view! {
            <p>
                <a class="button" href=provider_path(&entrance.back)>
                    {language.access().sign_in_with(name)}
                </a>
            </p>
        }
        .into_any(),
    )
}

fn with_code(language: Language, entrance: &Entrance, intro: &'static str) -> AnyView {
    let texts = language.access();
    view! {
        <p>{intro}</p>
        <form method="post" action=PASSWORD_PATH>
            {fields::text(texts.user(), "usuario", entrance.name.clone(), "username")}
            {fields::text(texts.code(), "codigo", String::new(), "one-time-code")} {new_passwords(language)}
            <button class="button button-primary" type="submit">
                {texts.save_and_enter()}
            </button>
        </form>
    }
    .into_any()
}

fn change(language: Language, sessions: &[OwnSession]) -> AnyView {
    let texts = language.access();
    view! {
        <p>{texts.change_intro()}</p>
        <form method="post" action=PASSWORD_PATH>
            {fields::password(texts.current_password(), "actual", "current-password")} {new_passwords(language)}
            <button class="button button-primary" type="submit">
                {texts.save_and_enter()}
            </button>
        </form>
        {own_sessions(language, sessions)}
    }
    .into_any()
}

fn own_sessions(language: Language, sessions: &[OwnSession]) -> AnyView {
    let texts = language.access();
    let items = sessions.iter().map(|session| {
        let since = texts.session_since(absolute(language, session.created_at));
        let seen = texts.seen(absolute(language, session.seen_at));
        let end = if session.is_this {
            view! { <strong>{texts.this_session()}</strong> }.into_any()
        } else {
            view! {
                <form method="post" action=OWN_SESSIONS_PATH>
                    <input type="hidden" name="id" value=session.id.to_string()/>
                    <button class="button" type="submit">
                        {texts.end_session()}
                    </button>
                </form>
            }
            .into_any()
        };
        view! { <li class="own-session"><span>{since} ", " {seen}</span>{end}</li> }
    });
    view! {
        <section aria-labelledby="sesiones">
            <h2 id="sesiones">{texts.own_sessions()}</h2>
            <p class="muted">{texts.own_sessions_intro()}</p>
            <ul class="plain-list">{items.collect_view()}</ul>
        </section>
    }
    .into_any()
}

fn new_passwords(language: Language) -> AnyView {
    let texts = language.access();
    view! {
        {fields::password(texts.new_password(), "clave", "new-password")}
        {fields::password(texts.repeat_password(), "repetida", "new-password")}
    }
    .into_any()
}
