//! Signing in, what ends a session, and how guessing is slowed down.

use domain::access::{AuditAction, Role, StoreScope};
use domain::decision::Origin;
use domain::problem::ProblemCode;
use engine::{AccessSettings, Credentials, UseCaseError};
use jiff::SignedDuration;

use super::{
    OTHER_PASSWORD, PASSWORD, address, admin, code_of, limits, secret, sign_in, sign_in_over, somewhere, who, with_user,
};
use crate::support::settings;

#[tokio::test(flavor = "multi_thread")]
async fn somebody_sees_their_own_sessions_and_ends_one_of_them_only() {
    let world = with_user(settings(), Role::Reader, "").await;
    world
        .engine
        .add_user_with_password(&admin(), "luis", Role::Reader, StoreScope::All, secret(OTHER_PASSWORD))
        .await
        .unwrap();
    let laptop = sign_in(&world, "ana", PASSWORD).await.unwrap();
    let phone = sign_in(&world, "ana", PASSWORD).await.unwrap();
    let others = sign_in(&world, "luis", OTHER_PASSWORD).await.unwrap();
    let own = world.engine.own_sessions(&who(&world, &laptop));
    assert_eq!(own.iter().map(|session| session.is_this).collect::<Vec<_>>(), [true, false]);

    let foreign = world.engine.own_sessions(&who(&world, &others))[0].id;
    let refused = world.engine.end_own_session(&who(&world, &laptop), foreign).await;
    assert_eq!(code_of(refused), ProblemCode::NotFound);
    assert_eq!(code_of(world.engine.end_own_session(&somewhere(&world), own[1].id).await), ProblemCode::NotSignedIn);
    assert!(who(&world, &others).has_session() && who(&world, &phone).actor.is_somebody());

    world.engine.end_own_session(&who(&world, &laptop), own[1].id).await.unwrap();
    assert!(!who(&world, &phone).actor.is_somebody());
    assert!(who(&world, &laptop).actor.is_somebody() && who(&world, &others).actor.is_somebody());
    assert_eq!(world.engine.own_sessions(&who(&world, &laptop)).len(), 1);
    let audit = world.engine.access_overview(&admin()).await.unwrap().audit;
    assert_eq!((audit[0].action, audit[0].actor.as_str()), (AuditAction::EndSessions, "ana"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_the_users_until_they_sign_out() {
    let world = with_user(settings(), Role::Operator, "tienda_01").await;
    let token = sign_in(&world, " ANA ", PASSWORD).await.unwrap();
    let identity = who(&world, &token);
    assert_eq!((identity.actor.name.as_str(), identity.actor.role), ("ana", Some(Role::Operator)));
    assert_eq!(identity.actor.stores, StoreScope::parse("tienda_01"));
    assert!(world.engine.is_still(&identity));

    world.engine.sign_out(&identity).await.unwrap();
    assert!(!world.engine.is_still(&identity));
    assert_eq!(who(&world, &token).actor.role, None);
    let actions: Vec<AuditAction> =
        world.engine.access_overview(&admin()).await.unwrap().audit.into_iter().map(|entry| entry.action).collect();
    assert_eq!(actions, [AuditAction::SignOut, AuditAction::SignIn, AuditAction::SetPassword, AuditAction::AddUser]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_another_one_after_each_sign_in_and_the_one_before_ends() {
    let world = with_user(settings(), Role::Reader, "").await;
    let first = sign_in(&world, "ana", PASSWORD).await.unwrap();
    let second = sign_in_over(&world, "ana", PASSWORD, who(&world, &first)).await.unwrap();
    assert_ne!(first, second);
    assert!(!who(&world, &first).actor.is_somebody());
    assert!(who(&world, &second).actor.is_somebody());
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_unknown_and_disabled_are_refused_alike() {
    let world = with_user(settings(), Role::Reader, "").await;
    world.engine.add_user(&admin(), "sinclave", Role::Reader, StoreScope::All).await.unwrap();
    let text = |error: UseCaseError| error.to_string();
    let wrong = text(sign_in(&world, "ana", "x").await.unwrap_err());
    assert_eq!(text(sign_in(&world, "nadie", PASSWORD).await.unwrap_err()), wrong);
    assert_eq!(text(sign_in(&world, "sinclave", PASSWORD).await.unwrap_err()), wrong);
    assert_eq!(text(sign_in(&world, "' OR 1=1 --", PASSWORD).await.unwrap_err()), wrong);
    world
        .engine
        .add_user_with_password(&admin(), "jefe", Role::Administrator, StoreScope::All, secret(PASSWORD))
        .await
        .unwrap();
    world.engine.enable_user(&admin(), "ana", false).await.unwrap();
    assert_eq!(text(sign_in(&world, "ana", PASSWORD).await.unwrap_err()), wrong);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_ends_by_itself_idle_or_old_and_outlives_a_restart() {
    let access = AccessSettings {
        idle_max: SignedDuration::from_mins(30),
        session_max: SignedDuration::from_hours(1),
        ..AccessSettings::default()
    };
    let mut world = with_user(limits(access), Role::Reader, "").await;
    let token = sign_in(&world, "ana", PASSWORD).await.unwrap();
    world.clock.set("2025-11-18T16:25:00Z");
    assert!(who(&world, &token).actor.is_somebody());
    world.restart(limits(access)).await;
    assert!(who(&world, &token).actor.is_somebody(), "sessions are stored");
    world.clock.set("2025-11-18T16:54:00Z");
    assert!(who(&world, &token).actor.is_somebody(), "what is asked keeps it open");
    world.clock.set("2025-11-18T17:00:00Z");
    assert!(!who(&world, &token).actor.is_somebody(), "and not for longer than an hour");

    let idle = sign_in(&world, "ana", PASSWORD).await.unwrap();
    world.clock.set("2025-11-18T17:30:00Z");
    assert!(!who(&world, &idle).actor.is_somebody());
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_is_slowed_down_by_name_and_counted_without_a_row_each() {
    let access = AccessSettings { attempts_per_name_max: 3, ..AccessSettings::default() };
    let mut world = with_user(limits(access), Role::Reader, "").await;
    for _ in 0..3 {
        assert_eq!(code_of(sign_in(&world, "ana", "x").await), ProblemCode::NotSignedIn);
    }
    for _ in 0..20 {
        assert_eq!(code_of(sign_in(&world, "ana", PASSWORD).await), ProblemCode::TooManyAttempts);
    }
    world.restart(limits(access)).await;
    let audit = world.engine.access_overview(&admin()).await.unwrap().audit;
    let counted = |action| audit.iter().filter(|row| row.action == action).map(|row| row.times).collect::<Vec<_>>();
    assert_eq!(counted(AuditAction::SignInFailed), [3]);
    assert_eq!(counted(AuditAction::SignInThrottled), [20]);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_guesses_a_name_elsewhere_does_not_keep_its_owner_out() {
    let access = AccessSettings { attempts_per_name_max: 3, ..AccessSettings::default() };
    let world = with_user(limits(access), Role::Reader, "").await;
    let elsewhere = || world.engine.identify(Credentials::None, Origin::Web, address("203.0.113.9"));
    for _ in 0..3 {
        assert_eq!(code_of(sign_in_over(&world, "ana", "x", elsewhere()).await), ProblemCode::NotSignedIn);
    }
    assert_eq!(code_of(sign_in_over(&world, "ana", "x", elsewhere()).await), ProblemCode::TooManyAttempts);
    assert!(sign_in(&world, "ana", PASSWORD).await.is_ok());
}
