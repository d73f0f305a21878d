//! Who may do what, over real HTTP.

mod administration;
mod offers;
mod provider;
mod requests;
mod routes;
mod signing_in;
mod wall;

use reqwest::header::{CONTENT_TYPE, COOKIE, SET_COOKIE};
use reqwest::{Client, Response};

use crate::support::{Server, client_with};

pub const TRACKING: &str = "/api/etl/tracking";
/// Not among the routes: a stream that does not end has a test of its own.
pub const STREAM: &str = "/api/eventos";
pub const PASSWORD: &str = "caballo bateria grapa";

/// A form as a browser sends it.
pub async fn send_form(client: &Client, url: &str, fields: &[(&str, &str)], cookie: &str) -> Response {
    let escape = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
    let body: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={}", escape(value))).collect();
    let request = client.post(url).header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(body.join("&"));
    let request = if cookie.is_empty() { request } else { request.header(COOKIE, cookie) };
    request.send().await.unwrap()
}

/// Name and value of the session's cookie.
pub fn cookie_of(answer: &Response) -> String {
    let cookies = answer.headers().get_all(SET_COOKIE).iter().map(|value| value.to_str().unwrap());
    let session = cookies.into_iter().find(|cookie| cookie.contains("klk_sesion=")).unwrap();
    session.split(';').next().unwrap().to_owned()
}

pub async fn sign_in(server: &Server, back: &str, cookie: &str) -> Response {
    let fields = [("usuario", "ana"), ("clave", PASSWORD), ("volver", back)];
    send_form(&client_with(None), &format!("{}/entrar", server.address), &fields, cookie).await
}

pub async fn status_with(server: &Server, path: &str, cookie: &str) -> u16 {
    let request = client_with(None).get(format!("{}{path}", server.address)).header(COOKIE, cookie);
    request.send().await.unwrap().status().as_u16()
}
