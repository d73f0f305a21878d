//! Passwords: set with a code, changed by their owner, and what both leave of a user who is disabled meanwhile.

use domain::access::Role;
use domain::problem::ProblemCode;
use engine::CodeRequest;
use secrecy::{ExposeSecret, SecretString};

use super::{OTHER_PASSWORD, PASSWORD, admin, code_of, secret, sign_in, somewhere, who, with_user};
use crate::support::{World, settings};

#[tokio::test(flavor = "multi_thread")]
async fn a_code_sets_a_password_once_and_ends_other_sessions() {
    let world = with_user(settings(), Role::Operator, "").await;
    let open = sign_in(&world, "ana", PASSWORD).await.unwrap();
    let code = world.engine.issue_code(&admin(), "ana").await.unwrap();
    let typed = code.expose_secret().to_lowercase().replace('-', " ");
    let request = |password: &str| CodeRequest {
        name: "ana".to_owned(),
        code: secret(&typed),
        password: secret(password),
        before: somewhere(&world),
    };
    assert_eq!(code_of(world.engine.set_password_with_code(request("corta")).await), ProblemCode::InvalidParameter);
    world.engine.set_password_with_code(request(OTHER_PASSWORD)).await.unwrap();
    assert!(!who(&world, &open).actor.is_somebody());
    assert_eq!(code_of(world.engine.set_password_with_code(request(PASSWORD)).await), ProblemCode::NotSignedIn);
    assert!(sign_in(&world, "ana", OTHER_PASSWORD).await.is_ok());

    let late = world.engine.issue_code(&admin(), "ana").await.unwrap();
    world.clock.set("2025-11-25T16:00:00Z");
    let request = CodeRequest { code: late, ..request(PASSWORD) };
    assert_eq!(code_of(world.engine.set_password_with_code(request).await), ProblemCode::NotSignedIn);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_administrator_is_made_with_a_code_that_nobody_else_can_use() {
    let world = World::new().await;
    let code = world.engine.offer_first_administrator().await.unwrap();
    let request = |name: &str, code: &SecretString| CodeRequest {
        name: name.to_owned(),
        code: code.clone(),
        password: secret(PASSWORD),
        before: somewhere(&world),
    };
    let guessed = secret("AAAA-AAAA-AAAA-AAAA-AAAA-AAAA");
    assert!(world.engine.set_password_with_code(request("malo", &guessed)).await.is_err());
    let signed_in = world.engine.set_password_with_code(request("jefa", &code)).await.unwrap();
    assert!(who(&world, signed_in.token.expose_secret()).actor.is_administrator());
    assert!(world.engine.set_password_with_code(request("otra", &code)).await.is_err());
    assert!(world.engine.offer_first_administrator().await.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_is_changed_by_who_knows_it() {
    let world = with_user(settings(), Role::Reader, "").await;
    let token = sign_in(&world, "ana", PASSWORD).await.unwrap();
    let identity = who(&world, &token);
    let change = |current: &str| world.engine.change_password(&identity, secret(current), secret(OTHER_PASSWORD));
    assert_eq!(code_of(change("x").await), ProblemCode::NotSignedIn);
    let signed_in = change(PASSWORD).await.unwrap();
    assert!(!who(&world, &token).actor.is_somebody());
    assert!(who(&world, signed_in.token.expose_secret()).actor.is_somebody());
}

/// Ana is disabled and has no session; her password is the other one where she was not refused.
async fn is_out(world: &World, has_set: bool) {
    let ana = world.engine.read_user(&admin(), "ana").unwrap();
    assert_eq!((ana.activo, ana.sesiones), (false, 0));
    world.engine.enable_user(&admin(), "ana", true).await.unwrap();
    assert_eq!(sign_in(world, "ana", OTHER_PASSWORD).await.is_ok(), has_set);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_disabled_while_they_use_a_code_stays_out() {
    let world = with_user(settings(), Role::Reader, "").await;
    let (engine, by) = (&world.engine, admin());
    let code = engine.issue_code(&by, "ana").await.unwrap();
    let request =
        CodeRequest { name: "ana".to_owned(), code, password: secret(OTHER_PASSWORD), before: somewhere(&world) };
    let (set, disabled) = tokio::join!(engine.set_password_with_code(request), engine.enable_user(&by, "ana", false));
    disabled.unwrap();
    is_out(&world, set.is_ok()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_disabled_while_they_change_their_password_stays_out() {
    let world = with_user(settings(), Role::Reader, "").await;
    let (engine, by) = (&world.engine, admin());
    let identity = who(&world, &sign_in(&world, "ana", PASSWORD).await.unwrap());
    let (set, disabled) = tokio::join!(
        engine.change_password(&identity, secret(PASSWORD), secret(OTHER_PASSWORD)),
        engine.enable_user(&by, "ana", false),
    );
    disabled.unwrap();
    is_out(&world, set.is_ok()).await;
}
