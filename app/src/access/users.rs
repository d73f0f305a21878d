//! `/usuarios`: users, tokens for scripts, and what was done, for administrators.

use axum::http::StatusCode;
use domain::Role;
use domain::access::StoreScope;
use domain::problem::Problem;
use engine::{AccessOverview, AuditView, TokenView, UserView};
use leptos::prelude::*;
use secrecy::{ExposeSecret, SecretString};

use super::fields;
use crate::format::absolute;
use crate::i18n::{Language, origin_name, person};
use crate::page::Page;
use crate::preferences::language;
use crate::query::USERS_PATH;
use crate::views::{CopyButton, PageHeader};

/// What the page shows beside users, tokens and the audit.
#[derive(Clone, Default)]
pub struct UsersPage {
    /// What was wrong with the form that was sent.
    pub problem: Option<Problem>,
    /// What is shown once: whose it is, and what.
    pub secret: Option<(String, SecretString, SecretKind)>,
}

/// What is shown once.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum SecretKind {
    /// With which a user sets a password.
    Code,
    /// With which a program presents itself.
    Token,
    /// The address that opens the screen on a wall.
    WallLink,
}

/// The page, with the status of what was wrong.
pub fn users_page(overview: &Result<AccessOverview, Problem>, page: &UsersPage) -> Page {
    let language = language();
    let texts = language.access();
    let problem = overview.as_ref().err().or(page.problem.as_ref());
    let status = problem.map_or(200, |problem| problem.codigo.status());
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let overview = match overview {
        Ok(overview) => content(language, overview),
        Err(problem) => fields::problem(Some(problem)).into_any(),
    };
    let content = view! {
        <PageHeader title=texts.users() intro=texts.users_intro()/>
        {fields::problem(page.problem.as_ref())}
        {page.secret.as_ref().map(|secret| shown_once(language, secret))}
        {overview}
    };
    // Of no topic: nobody's half-written form is taken away, and what is shown once stays.
    Page::new(USERS_PATH, texts.users(), &[], content).with_status(status)
}

fn shown_once(language: Language, (name, secret, kind): &(String, SecretString, SecretKind)) -> AnyView {
    let texts = language.access();
    let intro = match kind {
        SecretKind::Code => texts.code_made(name),
        SecretKind::Token => texts.token_made(name),
        SecretKind::WallLink => texts.wall_made(name),
    };
    view! {
        <section class="notice" role="status">
            <p>{intro}</p>
            <p>
                <code id="secreto">{secret.expose_secret().to_owned()}</code>
                " "
                <CopyButton text=secret.expose_secret().to_owned()/>
            </p>
        </section>
    }
    .into_any()
}

fn content(language: Language, overview: &AccessOverview) -> AnyView {
    let texts = language.access();
    let nobody = overview.users.is_empty().then(|| view! { <p>{texts.no_users()}</p> });
    let users = overview.users.iter().map(|user| user_row(language, user));
    let tokens = overview.tokens.iter().map(|token| token_row(language, token));
    let audit = overview.audit.iter().map(|entry| audit_row(language, entry));
    let stores = overview.stores.iter().map(|(id, name)| format!("{id} ({name})")).collect::<Vec<_>>().join(", ");
    view! {
        <section class="panel panel-padded" aria-labelledby="lista">
            <h2 id="lista">{texts.users()}</h2>
            {nobody}
            <p class="muted">{texts.stores_hint(stores)}</p>
            {users.collect_view()}
        </section>
        <section class="panel panel-padded" aria-labelledby="nuevo">
            <h2 id="nuevo">{texts.add_user()}</h2>
            <form method="post" action=USERS_PATH data-documento="">
                <input type="hidden" name="accion" value="crear"/>
                <div class="form-grid">
                    {fields::text(texts.user(), "usuario", String::new(), "off")} {fields::roles(language, &Role::OF_USERS, Role::Reader)}
                    {fields::stores(language, String::new())}
                </div>
                <button class="button button-primary" type="submit">
                    {texts.add_user()}
                </button>
            </form>
        </section>
        <section class="panel panel-padded" aria-labelledby="tokens">
            <h2 id="tokens">{texts.tokens()}</h2>
            <p class="muted">{texts.tokens_intro()}</p>
            {tokens.collect_view()}
            <form method="post" action=USERS_PATH data-documento="">
                <input type="hidden" name="accion" value="crear_token"/>
                <div class="form-grid">
                    {fields::text(texts.token_name(), "usuario", String::new(), "off")}
                    {fields::roles(language, Role::ALL, Role::Reader)} {fields::stores(language, String::new())}
                    <label class="field">
                        <span class="field-label">{texts.days()}</span>
                        <input class="input" type="number" name="dias" value="90" min="1" max="366" required/>
                    </label>
                </div>
                <button class="button" type="submit">
                    {texts.add_token()}
                </button>
            </form>
        </section>
        <section class="panel panel-padded" aria-labelledby="auditoria">
            <h2 id="auditoria">{texts.audit()}</h2>
            <table class="summary-table" aria-labelledby="auditoria">
                <thead>
                    <tr>
                        <th scope="col">{texts.when()}</th>
                        <th scope="col">{texts.who()}</th>
                        <th scope="col">{texts.from()}</th>
                        <th scope="col">{texts.what()}</th>
                        <th scope="col" class="number">{texts.times()}</th>
                    </tr>
                </thead>
                <tbody>{audit.collect_view()}</tbody>
            </table>
        </section>
    }
    .into_any()
}

fn user_row(language: Language, user: &UserView) -> AnyView {
    let texts = language.access();
    let mut facts = vec![fields::role_name(language, user.role).to_owned(), scope(language, &user.stores)];
    facts.push(match user.sessions {
        1 => texts.session().to_owned(),
        count => texts.sessions(count),
    });
    facts.extend(user.seen_at.map(|at| texts.seen(absolute(language, at))));
    facts.extend(user.is_linked.then(|| texts.linked().to_owned()));
    facts.extend((!user.has_password).then(|| texts.no_password().to_owned()));
    facts.extend(user.code_until.map(|at| texts.code_until(absolute(language, at))));
    facts.extend((!user.is_enabled).then(|| texts.disabled().to_owned()));
    let (toggle, label) = if user.is_enabled { ("desactivar", texts.disable()) } else { ("reactivar", texts.enable()) };
    let linked = user.is_linked;
    let order = |action: &'static str, label: &'static str| {
        let described = format!("{label}: {}", user.name);
        view! {
            <form method="post" action=USERS_PATH data-documento="">
                <input type="hidden" name="accion" value=action/>
                <input type="hidden" name="usuario" value=user.name.clone()/>
                <button class="button" type="submit" aria-label=described>
                    {label}
                </button>
            </form>
        }
    };
    view! {
        <details class="user" id=format!("usuario-{}", user.name)>
            <summary>
                <strong>{user.name.clone()}</strong>
                " "
                <span class="muted">{facts.join(" · ")}</span>
            </summary>
            <form method="post" action=USERS_PATH data-documento="">
                <input type="hidden" name="accion" value="cambiar"/>
                <input type="hidden" name="usuario" value=user.name.clone()/>
                <div class="form-grid">
                    {fields::roles(language, &Role::OF_USERS, user.role)}
                    {fields::stores(language, user.stores.text().unwrap_or_default())}
                </div>
                <button class="button" type="submit">
                    {texts.save()}
                </button>
            </form>
            <div class="user-orders">
                {order("codigo", texts.give_code())} {order("cerrar", texts.end_sessions())} {order(toggle, label)}
                {linked.then(|| order("desvincular", texts.unlink()))}
            </div>
        </details>
    }
    .into_any()
}

fn token_row(language: Language, token: &TokenView) -> AnyView {
    let texts = language.access();
    let until = absolute(language, token.expires_at);
    let state = if token.is_valid { texts.valid_until(until) } else { texts.not_valid().to_owned() };
    let facts = [
        fields::role_name(language, token.role).to_owned(),
        scope(language, &token.stores),
        state,
        texts.made_by(&token.created_by),
    ];
    let revoke = token.is_valid.then(|| {
        view! {
            <form method="post" action=USERS_PATH data-documento="">
                <input type="hidden" name="accion" value="revocar_token"/>
                <input type="hidden" name="id" value=token.id.to_string()/>
                <button class="button" type="submit" aria-label=format!("{}: {}", texts.revoke(), token.name)>
                    {texts.revoke()}
                </button>
            </form>
        }
    });
    view! {
        <div class="user user-orders">
            <strong>{token.name.clone()}</strong>
            <span class="muted">{facts.join(" · ")}</span>
            {revoke}
        </div>
    }
    .into_any()
}

fn audit_row(language: Language, entry: &AuditView) -> AnyView {
    let from = match &entry.address {
        Some(address) => format!("{} {address}", origin_name(language, entry.origin)),
        None => origin_name(language, entry.origin).to_owned(),
    };
    view! {
        <tr>
            <td>{absolute(language, entry.at)}</td>
            <th scope="row">{person(language, &entry.actor)}</th>
            <td>{from}</td>
            <td>
                <code>{entry.action.as_str()}</code>
                " "
                {person(language, &entry.object)}
            </td>
            <td class="number">{entry.times}</td>
        </tr>
    }
    .into_any()
}

fn scope(language: Language, stores: &StoreScope) -> String {
    stores.text().unwrap_or_else(|| language.access().all_stores().to_owned())
}
