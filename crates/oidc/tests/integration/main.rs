//! Signing in at a provider on loopback, that behaves well and then does not.

#![expect(clippy::unwrap_used, reason = "helpers of tests are tests too")]

mod test_provider;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;
use oidc::{NameClaim, Person, Provider, ProviderError, ProviderSettings, Secrets};
use reqwest::{Client, Url};
use rstest::rstest;
use secrecy::SecretString;
use serde_json::{Value, json};

use test_provider::{CLIENT, Signature, TestProvider};

const NOON: i64 = 1_763_481_600;

fn noon() -> i64 {
    NOON
}

fn settings(issuer: &str, name_claim: NameClaim) -> ProviderSettings {
    ProviderSettings {
        issuer: issuer.to_owned(),
        client_id: CLIENT.0.to_owned(),
        client_secret: Some(SecretString::from(CLIENT.1)),
        redirect_url: Url::parse("https://klk.example/entrar/proveedor/vuelta").unwrap(),
        name_claim,
    }
}

fn relying_on(settings: ProviderSettings) -> Provider {
    Provider::new(settings, Arc::new(|| Timestamp::from_second(NOON).unwrap())).unwrap()
}

async fn pair() -> (TestProvider, Provider) {
    let provider = TestProvider::start(noon).await;
    let ours = relying_on(settings(&provider.issuer(), NameClaim::PreferredUsername));
    (provider, ours)
}

fn secrets(number: u8) -> Secrets {
    Secrets::new([[number; 32], [number + 1; 32], [number + 2; 32]])
}

/// What a browser brings back from the provider.
async fn visit(url: &Url) -> HashMap<String, String> {
    let client = Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap();
    let answer = client.get(url.clone()).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 302);
    let back = Url::parse(answer.headers()["location"].to_str().unwrap()).unwrap();
    assert_eq!(back.path(), "/entrar/proveedor/vuelta");
    back.query_pairs().into_owned().collect()
}

async fn sign_in(ours: &Provider) -> Result<Person, ProviderError> {
    let secrets = secrets(1);
    let back = visit(&ours.begin(&secrets).await?).await;
    assert_eq!(back["state"], secrets.state);
    ours.finish(back["code"].clone(), &secrets).await
}

#[rstest]
#[case(Signature::Es256)]
#[case(Signature::Rs256)]
#[tokio::test]
async fn somebody_whom_the_provider_signs_for_is_known(#[case] signature: Signature) {
    let (provider, ours) = pair().await;
    provider.behave(|behaviour| behaviour.signature = signature);
    let person = sign_in(&ours).await.unwrap();
    assert_eq!(person, Person { issuer: provider.issuer(), subject: "0001".to_owned(), name: "ana".to_owned() });
}

#[rstest]
#[case::unsigned(Signature::None, json!({}))]
#[case::signed_with_our_own_secret(Signature::Hs256, json!({}))]
#[case::signed_by_somebody_else(Signature::OtherKey, json!({}))]
#[case::of_another_attempt(Signature::Es256, json!({ "nonce": "otro" }))]
#[case::of_no_attempt(Signature::Es256, json!({ "nonce": null }))]
#[case::for_another_program(Signature::Es256, json!({ "aud": "otro" }))]
#[case::for_another_program_too(Signature::Es256, json!({ "aud": ["klk", "otro"] }))]
#[case::of_another_issuer(Signature::Es256, json!({ "iss": "https://otro.example" }))]
#[case::over(Signature::Es256, json!({ "exp": NOON }))]
#[case::of_nobody(Signature::Es256, json!({ "sub": null }))]
#[case::with_another_access_token(Signature::Es256, json!({ "at_hash": "AAAAAAAAAAAAAAAAAAAAAA" }))]
#[tokio::test]
async fn an_identity_that_proves_nothing_is_refused(#[case] signature: Signature, #[case] claims: Value) {
    let (provider, ours) = pair().await;
    provider.behave(|behaviour| {
        behaviour.signature = signature;
        behaviour.claims = claims;
    });
    let refused = sign_in(&ours).await;
    assert!(matches!(refused, Err(ProviderError::Unproven { .. })), "{refused:?}");
}

#[tokio::test]
async fn a_code_counts_once_and_only_with_the_verifier_of_its_attempt() {
    let (_provider, ours) = pair().await;
    let (mine, others) = (secrets(1), secrets(50));
    let invalid = || Err(ProviderError::Refused { code: "invalid_grant".to_owned() });
    let back = visit(&ours.begin(&mine).await.unwrap()).await;
    let stolen = ours.finish(back["code"].clone(), &Secrets { verifier: others.verifier, ..mine.clone() }).await;
    assert_eq!(stolen, invalid());
    let back = visit(&ours.begin(&mine).await.unwrap()).await;
    assert!(ours.finish(back["code"].clone(), &mine).await.is_ok());
    assert_eq!(ours.finish(back["code"].clone(), &mine).await, invalid());
}

#[tokio::test]
async fn a_code_of_another_attempt_is_refused_by_its_nonce() {
    let (_provider, ours) = pair().await;
    let mine = secrets(1);
    let back = visit(&ours.begin(&mine).await.unwrap()).await;
    let refused = ours.finish(back["code"].clone(), &Secrets { nonce: secrets(50).nonce, ..mine }).await;
    assert!(matches!(refused, Err(ProviderError::Unproven { detail }) if detail.contains("nonce")));
}

#[rstest]
#[case::verified(json!({ "email": "ana@klk.example", "email_verified": true }), Some("ana@klk.example"))]
#[case::not_verified(json!({ "email": "ana@klk.example", "email_verified": false }), None)]
#[case::nobody_says(json!({ "email": "ana@klk.example" }), None)]
#[tokio::test]
async fn an_address_counts_where_the_provider_has_verified_it(#[case] claims: Value, #[case] name: Option<&str>) {
    let provider = TestProvider::start(noon).await;
    let ours = relying_on(settings(&provider.issuer(), NameClaim::VerifiedEmail));
    provider.behave(|behaviour| behaviour.claims = claims);
    match (sign_in(&ours).await, name) {
        (Ok(person), Some(name)) => assert_eq!(person.name, name),
        (Err(error), None) => assert_eq!(error, ProviderError::NoName { claim: "email" }),
        (outcome, _) => panic!("{outcome:?}"),
    }
}

#[rstest]
#[case::of_the_same_person(json!({ "sub": "0001", "preferred_username": "ana" }), true)]
#[case::of_another_person(json!({ "sub": "0002", "preferred_username": "jefa" }), false)]
#[tokio::test]
async fn a_name_that_is_not_in_the_identity_is_asked_for(#[case] user_info: Value, #[case] is_known: bool) {
    let (provider, ours) = pair().await;
    provider.behave(|behaviour| {
        behaviour.claims = json!({ "preferred_username": null });
        behaviour.user_info = user_info;
    });
    let outcome = sign_in(&ours).await;
    assert_eq!(outcome.is_ok(), is_known, "{outcome:?}");
}

#[tokio::test]
async fn a_new_key_is_looked_for_when_it_is_met() {
    static CLOCK: AtomicI64 = AtomicI64::new(NOON);
    let provider = TestProvider::start(|| CLOCK.load(Ordering::Relaxed)).await;
    let settings = settings(&provider.issuer(), NameClaim::PreferredUsername);
    let ours =
        Provider::new(settings, Arc::new(|| Timestamp::from_second(CLOCK.load(Ordering::Relaxed)).unwrap())).unwrap();
    sign_in(&ours).await.unwrap();
    sign_in(&ours).await.unwrap();
    assert_eq!(provider.discoveries(), 1, "what it says of itself is kept");
    provider.behave(|behaviour| behaviour.key = "second");
    // Whoever presents keys that are not there does not have the provider asked at will.
    assert!(sign_in(&ours).await.is_err());
    assert_eq!(provider.discoveries(), 1);
    CLOCK.fetch_add(60, Ordering::Relaxed);
    sign_in(&ours).await.unwrap();
    assert_eq!(provider.discoveries(), 2);
    CLOCK.fetch_add(3600, Ordering::Relaxed);
    sign_in(&ours).await.unwrap();
    assert_eq!(provider.discoveries(), 3, "and read again after a while");
}

#[tokio::test]
async fn a_provider_that_is_not_well_is_left_alone_for_a_moment() {
    static CLOCK: AtomicI64 = AtomicI64::new(NOON);
    let provider = TestProvider::start(|| CLOCK.load(Ordering::Relaxed)).await;
    let settings = settings(&provider.issuer(), NameClaim::PreferredUsername);
    let ours =
        Provider::new(settings, Arc::new(|| Timestamp::from_second(CLOCK.load(Ordering::Relaxed)).unwrap())).unwrap();
    provider.behave(|behaviour| behaviour.is_well = false);
    for _ in 0..3 {
        assert!(sign_in(&ours).await.unwrap_err().is_outage());
    }
    assert_eq!(provider.discoveries(), 1);
    provider.behave(|behaviour| behaviour.is_well = true);
    CLOCK.fetch_add(11, Ordering::Relaxed);
    sign_in(&ours).await.unwrap();
}

#[rstest]
#[case::another_issuer(json!({ "issuer": "https://otro.example" }), "calls itself https://otro.example")]
#[case::keys_elsewhere_unencrypted(json!({ "jwks_uri": "http://192.0.2.1/keys" }), "is not encrypted")]
#[case::browsers_elsewhere_unencrypted(json!({ "authorization_endpoint": "http://192.0.2.1/" }), "is not encrypted")]
#[case::no_provider(json!({ "jwks_uri": null }), "not one of a provider")]
#[tokio::test]
async fn what_a_provider_says_of_itself_is_not_believed_blindly(#[case] metadata: Value, #[case] said: &str) {
    let (provider, ours) = pair().await;
    provider.behave(|behaviour| behaviour.metadata = metadata);
    let error = sign_in(&ours).await.unwrap_err();
    assert!(error.is_outage() && error.to_string().contains(said), "{error}");
}

#[tokio::test]
async fn a_provider_is_tried_without_anybody_signing_in() {
    let (provider, ours) = pair().await;
    ours.check().await.unwrap();
    let secret = Some(SecretString::from("otro secreto"));
    let stranger = ProviderSettings { client_secret: secret, ..settings(&provider.issuer(), NameClaim::VerifiedEmail) };
    let refused = relying_on(stranger).check().await;
    assert_eq!(refused, Err(ProviderError::Refused { code: "invalid_client".to_owned() }));
    let nobody = relying_on(settings("http://127.0.0.1:1", NameClaim::PreferredUsername));
    assert!(matches!(nobody.check().await, Err(ProviderError::Unreachable { .. })));
}
