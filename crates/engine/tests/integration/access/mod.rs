//! Who may do what: signing in, sessions, codes, tokens, roles and stores, over a database of its own.

mod passwords;
mod permissions;
mod sessions;
mod users;

use std::net::IpAddr;

use domain::access::{Role, StoreScope};
use domain::decision::Origin;
use domain::problem::ProblemCode;
use engine::{AccessSettings, Actor, Credentials, EngineSettings, Identity, SignInRequest, UseCaseError};
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
