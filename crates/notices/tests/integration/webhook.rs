//! Webhooks: what arrives, what is signed, and what is refused.

use notices::{Channel, NetworkTransport, Preset, Route, SendError, Transport, WebhookRoute, signature};
use secrecy::SecretString;
use serde_json::{Value, json};
use wiremock::matchers::{header, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::{channel, message};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

fn to(preset: Preset, url: String) -> Channel {
    channel(Route::Webhook(WebhookRoute {
        preset,
        url: url.into(),
        secret: Some(SecretString::from(SECRET.to_owned())),
        token: Some(SecretString::from("abc".to_owned())),
        target: "58412".to_owned(),
        template: None,
    }))
}

async fn send(channel: &Channel) -> Result<(), SendError> {
    NetworkTransport::new(std::slice::from_ref(channel)).send(channel, &message()).await
}

#[tokio::test]
async fn a_message_arrives_signed_as_standard_webhooks_want_it() {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path("/aviso"))
        .and(header("authorization", "Bearer abc"))
        .respond_with(ResponseTemplate::new(204))
        .expect(1)
        .mount(&server)
        .await;
    send(&to(Preset::Plain, format!("{}/aviso", server.uri()))).await.unwrap();
    let request = server.received_requests().await.unwrap().remove(0);
    let header = |name: &str| request.headers[name].to_str().unwrap().to_owned();
    let body = String::from_utf8(request.body.clone()).unwrap();
    let id = header("webhook-id");
    let expected = signature::sign(&SecretString::from(SECRET.to_owned()), &id, message().at, &body).unwrap();
    assert_eq!((header("webhook-timestamp"), header("webhook-signature")), ("1763481600".to_owned(), expected));
    let body: Value = serde_json::from_str(&body).unwrap();
    let expected = json!({
        "id": id, "titulo": "Faltan 8 medias horas", "texto": "El POS no responde: «ñ».",
        "enlace": "https://klk.example/pendientes",
    });
    assert_eq!(body, expected);
}

#[tokio::test]
async fn each_service_gets_the_body_that_it_knows() {
    let server = MockServer::start().await;
    Mock::given(method("POST")).respond_with(ResponseTemplate::new(200)).mount(&server).await;
    for preset in [Preset::Slack, Preset::Telegram, Preset::WhatsApp] {
        send(&to(preset, server.uri())).await.unwrap();
    }
    let requests = server.received_requests().await.unwrap();
    let bodies: Vec<Value> = requests.iter().map(|request| serde_json::from_slice(&request.body).unwrap()).collect();
    let text = "Faltan 8 medias horas\nEl POS no responde: «ñ».\nhttps://klk.example/pendientes";
    assert_eq!(
        bodies[0]["text"],
        format!("*Faltan 8 medias horas*{}", text.trim_start_matches("Faltan 8 medias horas"))
    );
    assert_eq!((&bodies[1]["chat_id"], &bodies[1]["text"]), (&json!("58412"), &json!(text)));
    assert_eq!((&bodies[2]["to"], &bodies[2]["text"]["body"]), (&json!("58412"), &json!(text)));
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = MockServer::start().await;
    Mock::given(method("POST")).respond_with(ResponseTemplate::new(200)).expect(0).mount(&elsewhere).await;
    let server = MockServer::start().await;
    let redirect = ResponseTemplate::new(307).insert_header("location", elsewhere.uri());
    Mock::given(method("POST")).respond_with(redirect).mount(&server).await;
    assert_eq!(send(&to(Preset::Plain, server.uri())).await, Err(SendError::Http(307)));
}

#[tokio::test]
async fn a_private_address_is_refused_in_figures_and_by_name() {
    let server = MockServer::start().await;
    Mock::given(method("POST")).respond_with(ResponseTemplate::new(200)).expect(0).mount(&server).await;
    for host in ["127.0.0.1", "localhost"] {
        let url = server.uri().replace("127.0.0.1", host);
        let channel = Channel { allows_private: false, ..to(Preset::Plain, url) };
        assert_eq!(send(&channel).await, Err(SendError::PrivateAddress), "{host}");
        assert_eq!(NetworkTransport::check(&channel).await, Err(SendError::PrivateAddress), "{host}");
    }
}

#[tokio::test]
async fn who_is_not_there_or_refuses_is_said_without_the_address() {
    let server = MockServer::start().await;
    Mock::given(method("POST")).respond_with(ResponseTemplate::new(503)).mount(&server).await;
    let channel = to(Preset::Plain, format!("{}/muy-secreto", server.uri()));
    assert_eq!(send(&channel).await, Err(SendError::Http(503)));
    assert_eq!(NetworkTransport::check(&channel).await, Ok(()));
    drop(server);
    let nobody = to(Preset::Plain, "http://127.0.0.1:1/muy-secreto".to_owned());
    assert_eq!(send(&nobody).await, Err(SendError::Unreachable));
    assert_eq!(NetworkTransport::check(&nobody).await, Err(SendError::Unreachable));
    assert!(!format!("{nobody:?}").contains("muy-secreto"));
}
