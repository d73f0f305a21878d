//! Users, sessions and tokens are there after the file was closed, with the audit of what was done.

use domain::access::{AuditAction, Role, StoreScope, UserName};
use domain::decision::Origin;
use uuid::Uuid;
use warehouse::{ApiTokenRow, AuditEntry, IdentityRow, SessionRow, UserChangeOutcome, UserRow};

use crate::samples::instant;
use crate::store::Store;

const NOON: &str = "2025-11-18T16:00:00Z";
const EVENING: &str = "2025-11-18T23:00:00Z";

fn user(number: u128, name: &str) -> UserRow {
    UserRow {
        id: Uuid::from_u128(number),
        name: UserName::parse(name).unwrap(),
        role: Role::Operator,
        stores: StoreScope::parse("tienda_01"),
        password_hash: None,
        code: Some(("c0de".to_owned(), instant(EVENING))),
        created_at: instant(NOON),
        created_by: "admin".to_owned(),
        disabled_at: None,
    }
}

fn audit(number: u128, action: AuditAction) -> AuditEntry {
    AuditEntry {
        id: Uuid::from_u128(1000 + number),
        at: instant(NOON),
        actor: "admin".to_owned(),
        origin: Origin::Web,
        address: Some("192.0.2.7".to_owned()),
        action,
        object: "ana".to_owned(),
        times: 1,
    }
}

fn session(number: u128) -> SessionRow {
    SessionRow {
        id: Uuid::from_u128(number),
        user: Uuid::from_u128(1),
        token_hash: format!("{number:064}"),
        created_at: instant(NOON),
        seen_at: instant(NOON),
        expires_at: instant(EVENING),
    }
}

#[tokio::test]
async fn a_user_is_read_back_as_written_and_a_name_is_taken_once() {
    let mut store = Store::new();
    assert!(store.warehouse.add_user(user(1, "ana"), audit(1, AuditAction::AddUser)).await.unwrap());
    assert!(!store.warehouse.add_user(user(2, "ANA"), audit(2, AuditAction::AddUser)).await.unwrap());
    store.reopen().await;
    assert_eq!(store.warehouse.access_records().await.unwrap().users, [user(1, "ana")]);

    let changed = UserRow {
        role: Role::Administrator,
        stores: StoreScope::All,
        password_hash: Some("$argon2id$".to_owned()),
        code: None,
        disabled_at: Some(instant(EVENING)),
        ..user(1, "ana")
    };
    let change = async |read: UserRow, to: UserRow, number: u128| {
        store.warehouse.change_user(read, to, audit(number, AuditAction::ChangeUser)).await.unwrap()
    };
    assert_eq!(change(user(1, "ana"), changed.clone(), 3).await, UserChangeOutcome::Stored);
    let late = UserRow { role: Role::Reader, ..user(1, "ana") };
    assert_eq!(change(user(1, "ana"), late, 4).await, UserChangeOutcome::NotAsRead, "they were changed since");
    assert_eq!(store.warehouse.access_records().await.unwrap().users, [changed]);
    let actions: Vec<AuditAction> =
        store.warehouse.audit(10).await.unwrap().into_iter().map(|entry| entry.action).collect();
    assert_eq!(actions, [AuditAction::ChangeUser, AuditAction::AddUser]);
}

#[tokio::test]
async fn an_administrator_is_left_whoever_is_changed() {
    let store = Store::new();
    let administrator = |number, name| UserRow { role: Role::Administrator, ..user(number, name) };
    for (number, name) in [(1, "ana"), (2, "luis")] {
        let added = store.warehouse.add_user(administrator(number, name), audit(number, AuditAction::AddUser)).await;
        assert!(added.unwrap());
    }
    let change = async |read: UserRow, to: UserRow, number: u128| {
        store.warehouse.change_user(read, to, audit(number, AuditAction::ChangeUser)).await.unwrap()
    };
    let demoted = change(administrator(1, "ana"), user(1, "ana"), 3).await;
    assert_eq!(demoted, UserChangeOutcome::Stored);
    let disabled = UserRow { disabled_at: Some(instant(EVENING)), ..administrator(2, "luis") };
    let refused = change(administrator(2, "luis"), disabled, 4).await;
    assert_eq!(refused, UserChangeOutcome::LastAdministrator);
    let users = store.warehouse.access_records().await.unwrap().users;
    assert_eq!(users, [user(1, "ana"), administrator(2, "luis")]);
}

#[tokio::test]
async fn a_session_that_was_ended_is_not_read_any_more() {
    let store = Store::new();
    let warehouse = &store.warehouse;
    assert!(warehouse.add_user(user(1, "ana"), audit(9, AuditAction::AddUser)).await.unwrap());
    let open = async |number: u128, ended: Vec<Uuid>| {
        let audit = audit(number, AuditAction::SignIn);
        warehouse.open_session(session(number), None, ended, audit).await.unwrap()
    };
    assert!(open(1, Vec::new()).await);
    assert!(open(2, vec![Uuid::from_u128(1)]).await);
    warehouse.record_activity(vec![(Uuid::from_u128(2), instant(EVENING))], Vec::new()).await.unwrap();
    let open = warehouse.access_records().await.unwrap().sessions;
    assert_eq!(open, [SessionRow { seen_at: instant(EVENING), ..session(2) }]);

    warehouse.end_sessions(vec![Uuid::from_u128(2)], audit(3, AuditAction::EndSessions)).await.unwrap();
    assert!(warehouse.access_records().await.unwrap().sessions.is_empty());
}

#[tokio::test]
async fn a_session_is_opened_while_the_user_may_sign_in_with_the_password_that_was_compared() {
    let store = Store::new();
    let warehouse = &store.warehouse;
    let with = |hash: &str| UserRow { password_hash: Some(hash.to_owned()), ..user(1, "ana") };
    assert!(warehouse.add_user(with("una"), audit(1, AuditAction::AddUser)).await.unwrap());
    let open = async |number: u128, compared: Option<&str>| {
        let audit = audit(number, AuditAction::SignIn);
        warehouse.open_session(session(number), compared.map(str::to_owned), Vec::new(), audit).await.unwrap()
    };
    let change = async |read: UserRow, to: UserRow, number: u128| {
        warehouse.change_user(read, to, audit(number, AuditAction::ChangeUser)).await.unwrap()
    };
    assert!(open(2, Some("una")).await);
    assert_eq!(change(with("una"), with("otra"), 3).await, UserChangeOutcome::Stored);
    assert!(!open(4, Some("una")).await, "the password was changed meanwhile");
    assert!(open(5, Some("otra")).await);
    let disabled = UserRow { disabled_at: Some(instant(EVENING)), ..with("otra") };
    assert_eq!(change(with("otra"), disabled, 6).await, UserChangeOutcome::Stored);
    assert!(!open(7, Some("otra")).await && !open(8, None).await, "they were disabled meanwhile");
    let records = warehouse.access_records().await.unwrap();
    let mut sessions: Vec<Uuid> = records.sessions.iter().map(|session| session.id).collect();
    sessions.sort_unstable();
    assert_eq!(sessions, [2, 5].map(Uuid::from_u128));
    let signed_in = warehouse.audit(20).await.unwrap().into_iter().filter(|entry| entry.action == AuditAction::SignIn);
    assert_eq!(signed_in.count(), 2, "what was refused is not in the audit as done");
}

#[tokio::test]
async fn a_token_is_kept_after_it_was_revoked_and_what_is_counted_has_its_number() {
    let store = Store::new();
    let token = ApiTokenRow {
        id: Uuid::from_u128(5),
        name: UserName::parse("respaldo").unwrap(),
        role: Role::Reader,
        stores: StoreScope::All,
        token_hash: "ab".to_owned(),
        created_at: instant(NOON),
        created_by: "admin".to_owned(),
        expires_at: instant(EVENING),
        revoked_at: None,
    };
    store.warehouse.add_token(token.clone(), audit(1, AuditAction::AddToken)).await.unwrap();
    store.warehouse.revoke_token(token.id, audit(2, AuditAction::RevokeToken)).await.unwrap();
    let kept = store.warehouse.access_records().await.unwrap().tokens;
    assert_eq!(kept, [ApiTokenRow { revoked_at: Some(instant(NOON)), ..token }]);

    let counted = AuditEntry { times: 41, ..audit(9, AuditAction::SignInFailed) };
    store.warehouse.record_activity(Vec::new(), vec![counted.clone()]).await.unwrap();
    assert!(store.warehouse.audit(1).await.unwrap().contains(&counted));
}

#[tokio::test]
async fn a_person_at_a_provider_is_one_user_until_it_is_taken_back() {
    let mut store = Store::new();
    let identity = |subject: &str, user: u128| IdentityRow {
        issuer: "https://id.example".to_owned(),
        subject: subject.to_owned(),
        user: Uuid::from_u128(user),
        since: instant(NOON),
    };
    let link = async |store: &Store, subject: &str, user: u128, number: u128| {
        let audit = audit(number, AuditAction::LinkIdentity);
        store.warehouse.link_identity(identity(subject, user), audit).await.unwrap()
    };
    assert!(link(&store, "0001", 1, 1).await);
    assert!(!link(&store, "0001", 2, 2).await, "one person is one user");
    assert!(!link(&store, "0002", 1, 3).await, "one user is one person");
    store.reopen().await;
    assert_eq!(store.warehouse.access_records().await.unwrap().identities, [identity("0001", 1)]);
    store.warehouse.unlink_identities(Uuid::from_u128(1), audit(4, AuditAction::UnlinkIdentity)).await.unwrap();
    assert!(store.warehouse.access_records().await.unwrap().identities.is_empty());
    assert!(link(&store, "0002", 1, 5).await);
}
