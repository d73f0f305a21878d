//! Users, roles and tokens, and who administers them.

use domain::access::{Role, StoreScope};
use domain::decision::Origin;
use domain::problem::ProblemCode;
use engine::{Actor, Credentials};
use secrecy::{ExposeSecret, SecretString};

use super::{OTHER_PASSWORD, PASSWORD, admin, code_of, secret, sign_in, who, with_user};
use crate::support::{World, settings};

#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_changes_counts_at_once_and_ends_what_is_open() {
    let world = with_user(settings(), Role::Operator, "").await;
    let token = sign_in(&world, "ana", PASSWORD).await.unwrap();
    let identity = who(&world, &token);
    let mut changes = world.engine.access_changes();
    world.engine.change_user(&admin(), "ana", Role::Reader, StoreScope::All).await.unwrap();
    changes.changed().await.unwrap();
    assert!(!world.engine.is_still(&identity));
    assert_eq!(who(&world, &token).actor.role, Some(Role::Reader));

    assert_eq!(world.engine.end_user_sessions(&admin(), "ana").await.unwrap(), 1);
    assert!(!who(&world, &token).actor.is_somebody());
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_of_one_user_at_the_same_moment_all_count() {
    let world = with_user(settings(), Role::Operator, "").await;
    let (engine, by) = (&world.engine, admin());
    let (disabled, changed, code) = tokio::join!(
        engine.enable_user(&by, "ana", false),
        engine.change_user(&by, "ana", Role::Reader, StoreScope::All),
        engine.issue_code(&by, "ana"),
    );
    assert!(disabled.is_ok() && changed.is_ok() && code.is_ok());
    let ana = engine.read_user(&by, "ana").unwrap();
    assert_eq!((ana.activo, ana.rol, ana.codigo_vence.is_some()), (false, Role::Reader, true));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_counts_until_its_end_or_until_it_is_taken_back() {
    let world = World::new().await;
    let add = async |name, days| world.engine.add_api_token(&admin(), name, Role::Reader, StoreScope::All, days).await;
    assert_eq!(code_of(add("respaldo", 0).await), ProblemCode::InvalidParameter);
    let token = add("respaldo", 1).await.unwrap();
    let who =
        |token: &SecretString| world.engine.identify(Credentials::Token(token.expose_secret()), Origin::Api, None);
    assert_eq!((who(&token).actor.name.as_str(), who(&token).actor.role), ("token:respaldo", Some(Role::Reader)));
    let as_session = world.engine.identify(Credentials::Session(token.expose_secret()), Origin::Api, None);
    assert!(!as_session.actor.is_somebody(), "a token is no cookie");
    let id = world.engine.access_overview(&admin()).await.unwrap().tokens[0].id;
    world.engine.revoke_api_token(&admin(), id).await.unwrap();
    assert!(!who(&token).actor.is_somebody());
    let token = add("tablero", 1).await.unwrap();
    assert!(who(&token).actor.is_somebody());
    world.clock.set("2025-11-19T16:00:00Z");
    assert!(!who(&token).actor.is_somebody());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_administrator_stays_one() {
    let world = with_user(settings(), Role::Administrator, "").await;
    let demoted = world.engine.change_user(&admin(), "ana", Role::Reader, StoreScope::All).await;
    assert_eq!(code_of(demoted), ProblemCode::Conflict);
    assert_eq!(code_of(world.engine.enable_user(&admin(), "ana", false).await), ProblemCode::Conflict);
    let twice = world.engine.add_user(&admin(), "Ana", Role::Reader, StoreScope::All).await;
    assert_eq!(code_of(twice), ProblemCode::Conflict);
    let nowhere = world.engine.add_user(&admin(), "eva", Role::Operator, StoreScope::parse("tienda_99")).await;
    assert_eq!(code_of(nowhere), ProblemCode::NotFound);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_administrators_who_are_taken_away_at_once_one_stays() {
    let world = with_user(settings(), Role::Administrator, "").await;
    let (engine, by) = (&world.engine, admin());
    engine
        .add_user_with_password(&by, "luis", Role::Administrator, StoreScope::All, secret(OTHER_PASSWORD))
        .await
        .unwrap();
    let (demoted, disabled) = tokio::join!(
        engine.change_user(&by, "ana", Role::Reader, StoreScope::All),
        engine.enable_user(&by, "luis", false),
    );
    let refused: Vec<ProblemCode> =
        [demoted, disabled].into_iter().filter_map(Result::err).map(|error| error.code()).collect();
    assert_eq!(refused, [ProblemCode::Conflict]);
    let users = engine.list_users(&by).unwrap().usuarios;
    let left = users.iter().filter(|user| user.activo && user.rol == Role::Administrator);
    assert_eq!(left.count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_administrators_administer() {
    let world = with_user(settings(), Role::Administrator, "").await;
    for (actor, code) in [
        (Actor::nobody(Origin::Api), ProblemCode::NotSignedIn),
        (Actor::new("l", Role::Reader), ProblemCode::Forbidden),
        (Actor::operator("o"), ProblemCode::Forbidden),
    ] {
        let engine = &world.engine;
        assert_eq!(code_of(engine.access_overview(&actor).await), code);
        assert_eq!(code_of(engine.add_user(&actor, "x", Role::Reader, StoreScope::All).await), code);
        assert_eq!(code_of(engine.change_user(&actor, "ana", Role::Reader, StoreScope::All).await), code);
        assert_eq!(code_of(engine.enable_user(&actor, "ana", false).await), code);
        assert_eq!(code_of(engine.issue_code(&actor, "ana").await), code);
        assert_eq!(code_of(engine.end_user_sessions(&actor, "ana").await), code);
        assert_eq!(code_of(engine.add_api_token(&actor, "x", Role::Reader, StoreScope::All, 1).await), code);
        assert_eq!(code_of(engine.revoke_api_token(&actor, uuid::Uuid::nil()).await), code);
        assert_eq!(code_of(engine.monitoring_trial(&actor, domain::read_model::MonitoringTrial::ServerError)), code);
    }
}
