//! Who may do what: signing in, sessions, codes, tokens, roles and stores, over a database of its own.

use std::net::IpAddr;

use domain::access::{AuditAction, Role, StoreScope};
use domain::decision::Origin;
use domain::problem::ProblemCode;
use domain::read_model::{
    CalendarRequest, ConfirmLossRequest, HolidayRequest, JustifyRequest, PlanPeriod, PlanRequest, ReconcileRequest,
    RecoverGapRequest,
};
use domain::{BranchId, EtlKind};
use engine::{AccessSettings, Actor, CodeRequest, Credentials, EngineSettings, Identity, SignInRequest, UseCaseError};
use jiff::SignedDuration;
use secrecy::{ExposeSecret, SecretString};

use crate::support::{World, settings};

const PASSWORD: &str = "caballo bateria grapa";
const OTHER_PASSWORD: &str = "otra clave bien larga";

fn secret(text: &str) -> SecretString {
    SecretString::from(text)
}

fn admin() -> Actor {
    Actor::new("jefa", Role::Administrator)
}

fn address(text: &str) -> Option<IpAddr> {
    Some(text.parse().unwrap())
}

fn code_of<T: std::fmt::Debug>(result: Result<T, UseCaseError>) -> ProblemCode {
    result.unwrap_err().code()
}

fn somewhere(world: &World) -> Identity {
    world.engine.identify(Credentials::None, Origin::Web, address("192.0.2.7"))
}

async fn sign_in(world: &World, name: &str, password: &str) -> Result<String, UseCaseError> {
    sign_in_over(world, name, password, somewhere(world)).await
}

async fn sign_in_over(world: &World, name: &str, password: &str, before: Identity) -> Result<String, UseCaseError> {
    let request = SignInRequest { name: name.to_owned(), password: secret(password), before };
    world.engine.sign_in(request).await.map(|signed_in| signed_in.token.expose_secret().to_owned())
}

fn who(world: &World, token: &str) -> Identity {
    world.engine.identify(Credentials::Session(token), Origin::Web, address("192.0.2.7"))
}

async fn with_user(settings: EngineSettings, role: Role, stores: &str) -> World {
    let world = World::with(settings).await;
    let stores = StoreScope::parse(stores);
    world.engine.add_user_with_password(&admin(), "ana", role, stores, secret(PASSWORD)).await.unwrap();
    world
}

fn limits(access: AccessSettings) -> EngineSettings {
    EngineSettings { access, ..settings() }
}

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

fn period() -> PlanPeriod {
    PlanPeriod {
        ubicacion_id: None,
        fecha_desde: "2025-11-17".to_owned(),
        fecha_hasta: None,
        hora_desde: Some("09:00".to_owned()),
        hora_hasta: Some("10:00".to_owned()),
    }
}

fn plan_of(stores: &[&str]) -> PlanRequest {
    PlanRequest {
        etl_tipo: EtlKind::Sales,
        ubicaciones: stores.iter().map(|id| BranchId::new(*id)).collect(),
        periodos: vec![period()],
        ultimos_dias: None,
        repetir_cargado: false,
        fuera_de_horario: false,
        solo_pendientes: false,
    }
}

/// What each change of a store answers to somebody.
async fn changes_of(world: &World, actor: &Actor, store: &str) -> Vec<(&'static str, Option<ProblemCode>)> {
    let engine = &world.engine;
    let id = || BranchId::new(store);
    let code = |result: Result<(), UseCaseError>| result.err().map(|error| error.code());
    let recover = RecoverGapRequest {
        etl_tipo: EtlKind::Sales,
        ubicacion_id: id(),
        fecha_desde: "2025-11-17".to_owned(),
        fecha_hasta: "2025-11-17".to_owned(),
        hora_desde: Some("11:00".to_owned()),
        hora_hasta: Some("12:00".to_owned()),
    };
    let justify = JustifyRequest {
        clase: domain::gap::GapClass::Coverage,
        etl_tipo: EtlKind::Sales,
        ubicacion_id: id(),
        fecha_desde: "2025-11-17".to_owned(),
        hora_desde: Some("14:00".to_owned()),
        fecha_hasta: "2025-11-17".to_owned(),
        hora_hasta: Some("14:30".to_owned()),
        motivo: domain::justification::Reason::PowerFailure,
        nota: None,
    };
    let reconcile = ReconcileRequest { ubicacion_id: id(), fecha: "2025-11-16".to_owned() };
    let confirm = ConfirmLossRequest { ubicacion_id: id(), fecha: "2025-11-16".to_owned() };
    let document = engine.list_calendars(&admin()).await.unwrap().calendarios.remove(0).calendario;
    let calendar = CalendarRequest { ubicacion_id: id(), vigente_desde: "2025-11-18".to_owned(), calendario: document };
    vec![
        ("plan_recovery", code(engine.plan_recovery(actor, plan_of(&[store])).await.map(drop))),
        ("recover_gap", code(engine.recover_gap(actor, recover).await.map(drop))),
        ("justify", code(engine.justify(actor, justify).await.map(drop))),
        ("reconcile", code(engine.reconcile(actor, reconcile).await.map(drop))),
        ("confirm_loss", code(engine.confirm_loss(actor, confirm).await.map(drop))),
        ("change_calendar", code(engine.change_calendar(actor, calendar).await.map(drop))),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_of_some_stores_changes_nothing_of_others() {
    let world = World::new().await;
    let limited = Actor { stores: StoreScope::parse("tienda_01"), ..Actor::operator("ana") };
    for (name, code) in changes_of(&world, &limited, "tienda_08").await {
        assert_eq!(code, Some(ProblemCode::Forbidden), "{name}");
    }
    for (name, code) in changes_of(&world, &Actor::new("luis", Role::Reader), "tienda_08").await {
        assert_eq!(code, Some(ProblemCode::Forbidden), "{name}");
    }
    for (name, code) in changes_of(&world, &Actor::nobody(Origin::Api), "tienda_08").await {
        assert_eq!(code, Some(ProblemCode::NotSignedIn), "{name}");
    }
    assert!(world.runs().await.is_empty());
    for (name, code) in changes_of(&world, &limited, "tienda_01").await {
        assert_eq!(code, None, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_is_changed_by_who_has_all_of_its_stores() {
    let world = World::new().await;
    let limited = Actor { stores: StoreScope::parse("tienda_01"), ..Actor::operator("ana") };
    let all = Actor::operator("eva");
    // Who names no store means theirs.
    let own = world.engine.plan_recovery(&limited, plan_of(&[])).await.unwrap();
    let stores: Vec<&str> = own.tiendas.iter().map(|store| store.ubicacion_id.as_str()).collect();
    assert_eq!(stores, ["tienda_01"]);

    let both = world.engine.plan_recovery(&all, plan_of(&[])).await.unwrap();
    let hash = both.hash.to_string();
    assert_eq!(code_of(world.engine.start_plan(&limited, &hash).await), ProblemCode::Forbidden);
    world.engine.start_plan(&all, &hash).await.unwrap();
    assert_eq!(code_of(world.engine.pause_plan(&limited, &hash, None).await), ProblemCode::Forbidden);
    assert_eq!(code_of(world.engine.cancel_plan(&limited, &hash, None).await), ProblemCode::Forbidden);
    assert_eq!(code_of(world.engine.resume_plan(&limited, &hash, None).await), ProblemCode::Forbidden);

    let holiday =
        HolidayRequest { fecha: "2025-12-25".to_owned(), horario: "cerrado".to_owned(), nota: "Navidad".to_owned() };
    assert_eq!(code_of(world.engine.change_holiday(&limited, holiday.clone()).await), ProblemCode::Forbidden);
    assert!(world.engine.change_holiday(&all, holiday).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_reads_anything() {
    let world = World::new().await;
    let (engine, nobody) = (&world.engine, Actor::nobody(Origin::Web));
    let gaps = domain::filter::GapFilter { hours_max: 24, ..Default::default() };
    let moment = Some("2025-11-18T10:00".parse().unwrap());
    assert_eq!(code_of(engine.summary(&nobody).await), ProblemCode::NotSignedIn);
    assert_eq!(code_of(engine.list_gaps(&nobody, gaps.clone()).await), ProblemCode::NotSignedIn);
    assert_eq!(code_of(engine.list_gaps_at(&nobody, gaps.clone(), moment).await), ProblemCode::NotSignedIn);
    assert_eq!(code_of(engine.count_gaps(&nobody, gaps.clone()).await), ProblemCode::NotSignedIn);
    assert_eq!(code_of(engine.compare_moments(&nobody, gaps, None, None).await), ProblemCode::NotSignedIn);
    assert_eq!(code_of(engine.progress(&nobody).await), ProblemCode::NotSignedIn);
    assert_eq!(code_of(engine.schedules(&nobody).await), ProblemCode::NotSignedIn);
    assert_eq!(code_of(engine.connectivity(&nobody).await), ProblemCode::NotSignedIn);
    assert_eq!(code_of(engine.list_calendars(&nobody).await), ProblemCode::NotSignedIn);
    assert_eq!(code_of(engine.list_plans(&nobody, 1).await), ProblemCode::NotSignedIn);
    assert_eq!(code_of(engine.read_plan(&nobody, "000000000000").await), ProblemCode::NotSignedIn);
    assert_eq!(code_of(engine.stock_freshness(&nobody, None).await), ProblemCode::NotSignedIn);
    assert_eq!(code_of(engine.list_reconciliations(&nobody, None, 7).await), ProblemCode::NotSignedIn);
    assert_eq!(code_of(engine.monitoring_view(&nobody).await), ProblemCode::NotSignedIn);
}
