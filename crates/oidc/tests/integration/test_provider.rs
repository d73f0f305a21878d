//! A provider of identities on loopback: it hands out codes, checks them as a provider has to, and signs what the
//! test wants.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock};

use axum::extract::{Form, Query, State};
use axum::http::header::{AUTHORIZATION, LOCATION};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use rsa::traits::PublicKeyParts;
use rsa::{Pkcs1v15Sign, RsaPrivateKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::net::TcpListener;

/// What it calls us, and the secret that it wants to see.
pub const CLIENT: (&str, &str) = ("klk", "un secreto");

/// With what an identity is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signature {
    Es256,
    Rs256,
    /// By a key that it does not publish, under the name of one that it does.
    OtherKey,
    /// By the secret that both have.
    Hs256,
    /// By nothing.
    None,
}

/// How it behaves; everything may be changed while it runs.
#[derive(Clone, Debug)]
pub struct Behaviour {
    pub signature: Signature,
    /// Put over the claims of the next identities; null takes one away.
    pub claims: Value,
    /// What `/userinfo` gives.
    pub user_info: Value,
    /// The claims of the identity that the user has at the provider.
    pub person: Value,
    /// Put over what it says of itself.
    pub metadata: Value,
    /// The name of its key; another one is another key.
    pub key: &'static str,
    /// Whether it responds at all.
    pub is_well: bool,
}

/// An authorization that waits for its code to be handed in.
#[derive(Clone, Debug)]
struct Grant {
    redirect_uri: String,
    challenge: String,
    nonce: String,
}

struct Inner {
    address: String,
    now: fn() -> i64,
    behaviour: Mutex<Behaviour>,
    grants: Mutex<HashMap<String, Grant>>,
    codes_made: Mutex<u32>,
    discoveries: Mutex<u32>,
    keys: Mutex<HashMap<&'static str, Arc<EcdsaKeyPair>>>,
}

/// A running provider; it ends with the runtime of its test.
#[derive(Clone)]
pub struct TestProvider(Arc<Inner>);

fn text(bytes: &[u8]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// Made once: it takes a second.
fn rsa_key() -> &'static RsaPrivateKey {
    static KEY: OnceLock<RsaPrivateKey> = OnceLock::new();
    KEY.get_or_init(|| RsaPrivateKey::new(&mut rsa::rand_core::OsRng, 2048).unwrap())
}

fn over(mut base: Value, changes: &Value) -> Value {
    let fields = base.as_object_mut().unwrap();
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            fields.remove(name);
        } else {
            fields.insert(name.clone(), value.clone());
        }
    }
    base
}

impl TestProvider {
    /// Starts one whose user is Ana. `now` is in seconds since 1970.
    pub async fn start(now: fn() -> i64) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let behaviour = Behaviour {
            signature: Signature::Es256,
            claims: json!({}),
            user_info: json!({}),
            person: json!({ "sub": "0001", "preferred_username": "ana" }),
            metadata: json!({}),
            key: "first",
            is_well: true,
        };
        let provider = Self(Arc::new(Inner {
            address: format!("http://{}", listener.local_addr().unwrap()),
            now,
            behaviour: Mutex::new(behaviour),
            grants: Mutex::default(),
            codes_made: Mutex::default(),
            discoveries: Mutex::default(),
            keys: Mutex::default(),
        }));
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(metadata))
            .route("/keys", get(keys))
            .route("/authorize", get(authorize))
            .route("/token", post(token))
            .route("/userinfo", get(user_info))
            .with_state(provider.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        provider
    }

    /// Its address, as it writes it itself.
    pub fn issuer(&self) -> String {
        self.0.address.clone()
    }

    /// Changes how it behaves.
    pub fn behave(&self, change: impl FnOnce(&mut Behaviour)) {
        change(&mut self.0.behaviour.lock().unwrap());
    }

    /// How often somebody read what it says of itself.
    pub fn discoveries(&self) -> u32 {
        *self.0.discoveries.lock().unwrap()
    }

    fn behaviour(&self) -> Behaviour {
        self.0.behaviour.lock().unwrap().clone()
    }

    fn key(&self, name: &'static str) -> Arc<EcdsaKeyPair> {
        let mut keys = self.0.keys.lock().unwrap();
        let make = || {
            let random = SystemRandom::new();
            let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
            EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref(), &random).unwrap()
        };
        Arc::clone(keys.entry(name).or_insert_with(|| Arc::new(make())))
    }

    fn identity(&self, nonce: &str) -> String {
        let behaviour = self.behaviour();
        let now = (self.0.now)();
        let claims = json!({ "iss": self.issuer(), "aud": CLIENT.0, "iat": now, "exp": now + 300, "nonce": nonce });
        let claims = over(over(claims, &behaviour.person), &behaviour.claims);
        let (name, algorithm) = match behaviour.signature {
            Signature::Es256 | Signature::OtherKey => (behaviour.key, "ES256"),
            Signature::Rs256 => ("rsa", "RS256"),
            Signature::Hs256 => (behaviour.key, "HS256"),
            Signature::None => (behaviour.key, "none"),
        };
        let header = json!({ "alg": algorithm, "typ": "JWT", "kid": name });
        let signed = format!("{}.{}", text(header.to_string().as_bytes()), text(claims.to_string().as_bytes()));
        let by = |key: &EcdsaKeyPair| key.sign(&SystemRandom::new(), signed.as_bytes()).unwrap().as_ref().to_vec();
        let signature = match behaviour.signature {
            Signature::Es256 => by(&self.key(name)),
            Signature::OtherKey => by(&self.key("unpublished")),
            Signature::Rs256 => {
                rsa_key().sign(Pkcs1v15Sign::new::<Sha256>(), &Sha256::digest(signed.as_bytes())).unwrap()
            }
            Signature::Hs256 => {
                let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, CLIENT.1.as_bytes());
                ring::hmac::sign(&key, signed.as_bytes()).as_ref().to_vec()
            }
            Signature::None => Vec::new(),
        };
        format!("{signed}.{}", text(&signature))
    }
}

async fn metadata(State(provider): State<TestProvider>) -> Response {
    *provider.0.discoveries.lock().unwrap() += 1;
    let (issuer, behaviour) = (provider.issuer(), provider.behaviour());
    if !behaviour.is_well {
        return StatusCode::BAD_GATEWAY.into_response();
    }
    let known = json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "userinfo_endpoint": format!("{issuer}/userinfo"),
        "jwks_uri": format!("{issuer}/keys"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256", "ES256", "HS256", "none"],
    });
    Json(over(known, &behaviour.metadata)).into_response()
}

async fn keys(State(provider): State<TestProvider>) -> Json<Value> {
    let behaviour = provider.behaviour();
    let key = provider.key(behaviour.key);
    let (x, y) = key.public_key().as_ref()[1..].split_at(32);
    let mut keys = vec![json!({
        "kty": "EC", "crv": "P-256", "use": "sig", "kid": behaviour.key, "x": text(x), "y": text(y),
    })];
    if behaviour.signature == Signature::Rs256 {
        let (n, e) = (rsa_key().n().to_bytes_be(), rsa_key().e().to_bytes_be());
        keys.push(json!({ "kty": "RSA", "use": "sig", "kid": "rsa", "n": text(&n), "e": text(&e) }));
    }
    Json(json!({ "keys": keys }))
}

/// Its user signs in at once.
async fn authorize(
    State(provider): State<TestProvider>,
    Query(question): Query<HashMap<String, String>>,
) -> Result<Response, StatusCode> {
    let of = |name: &str| question.get(name).cloned().ok_or(StatusCode::BAD_REQUEST);
    if of("client_id")? != CLIENT.0 || of("response_type")? != "code" || of("code_challenge_method")? != "S256" {
        return Err(StatusCode::BAD_REQUEST);
    }
    let grant = Grant { redirect_uri: of("redirect_uri")?, challenge: of("code_challenge")?, nonce: of("nonce")? };
    let code = {
        let mut made = provider.0.codes_made.lock().unwrap();
        *made += 1;
        format!("code-{made}")
    };
    let back = format!("{}?code={code}&state={}", grant.redirect_uri, of("state")?);
    provider.0.grants.lock().unwrap().insert(code, grant);
    Ok((StatusCode::FOUND, [(LOCATION, back)]).into_response())
}

async fn token(
    State(provider): State<TestProvider>,
    headers: HeaderMap,
    Form(form): Form<HashMap<String, String>>,
) -> Response {
    let refuse = |status: StatusCode, code: &str| (status, Json(json!({ "error": code }))).into_response();
    let escaped: String = form_urlencoded::byte_serialize(CLIENT.1.as_bytes()).collect();
    let wanted = format!("Basic {}", BASE64_STANDARD.encode(format!("{}:{escaped}", CLIENT.0)));
    if headers.get(AUTHORIZATION).is_none_or(|presented| presented.to_str().unwrap() != wanted) {
        return refuse(StatusCode::UNAUTHORIZED, "invalid_client");
    }
    let of = |name: &str| form.get(name).cloned().unwrap_or_default();
    // A code counts once.
    let Some(grant) = provider.0.grants.lock().unwrap().remove(&of("code")) else {
        return refuse(StatusCode::BAD_REQUEST, "invalid_grant");
    };
    let challenge = text(&Sha256::digest(of("code_verifier").as_bytes()));
    if challenge != grant.challenge || of("redirect_uri") != grant.redirect_uri {
        return refuse(StatusCode::BAD_REQUEST, "invalid_grant");
    }
    let identity = provider.identity(&grant.nonce);
    Json(json!({ "access_token": "acceso", "token_type": "Bearer", "expires_in": 300, "id_token": identity }))
        .into_response()
}

async fn user_info(State(provider): State<TestProvider>, headers: HeaderMap) -> Response {
    if headers.get(AUTHORIZATION).is_none_or(|presented| presented != "Bearer acceso") {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    Json(provider.behaviour().user_info).into_response()
}
