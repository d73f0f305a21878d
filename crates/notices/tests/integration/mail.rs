//! E-mail, to a small server that speaks SMTP.

use notices::{Channel, Encryption, MailRoute, NetworkTransport, Route, SendError, Transport};
use secrecy::SecretString;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use crate::{channel, message};

fn route(port: u16) -> MailRoute {
    MailRoute {
        host: "127.0.0.1".to_owned(),
        port,
        encryption: Encryption::None,
        credentials: None,
        from: "KLK Tracking <klk@tienda.example>".to_owned(),
        to: vec!["guardia@tienda.example".to_owned(), "jefa@tienda.example".to_owned()],
    }
}

/// Takes one message and answers `after_data` to it; gives what was said.
async fn mail_server(after_data: &'static str) -> (u16, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let task = tokio::spawn(async move { serve(listener.accept().await.unwrap().0, after_data).await });
    (port, task)
}

async fn serve(stream: TcpStream, after_data: &str) -> String {
    let mut stream = BufReader::new(stream);
    let mut said = String::new();
    let mut is_data = false;
    stream.write_all(b"220 prueba\r\n").await.unwrap();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.unwrap_or(0) == 0 {
            return said;
        }
        said.push_str(&line);
        let answer = match line.trim_end() {
            "." if is_data => {
                is_data = false;
                after_data
            }
            _ if is_data => continue,
            "DATA" => {
                is_data = true;
                "354 siga"
            }
            _ => "250 bien",
        };
        stream.write_all(format!("{answer}\r\n").as_bytes()).await.unwrap();
    }
}

async fn send(channel: &Channel) -> Result<(), SendError> {
    NetworkTransport::new(std::slice::from_ref(channel)).send(channel, &message()).await
}

#[tokio::test]
async fn a_message_arrives_at_every_recipient_with_an_identifier_that_stays() {
    let (port, server) = mail_server("250 guardado").await;
    send(&channel(Route::Mail(route(port)))).await.unwrap();
    let said = server.await.unwrap();
    for expected in [
        "EHLO tienda.example",
        "MAIL FROM:<klk@tienda.example>",
        "RCPT TO:<guardia@tienda.example>",
        "RCPT TO:<jefa@tienda.example>",
        "Subject: Faltan 8 medias horas",
        "Message-ID: <00000000000000000000000000000007@tienda.example>",
        "Date: Tue, 18 Nov 2025 16:00:00 +0000",
        "https://klk.example/pendientes",
    ] {
        assert!(said.contains(expected), "{expected} in {said}");
    }
}

#[tokio::test]
async fn a_refusal_says_its_code() {
    let (port, _server) = mail_server("550 no existe").await;
    let refused = send(&channel(Route::Mail(route(port)))).await;
    assert_eq!(refused, Err(SendError::Smtp(550)));
    let (port, _server) = mail_server("451 ocupado").await;
    assert_eq!(send(&channel(Route::Mail(route(port)))).await, Err(SendError::Smtp(451)));
}

#[tokio::test]
async fn what_must_be_encrypted_is_not_sent_in_the_clear() {
    let (port, server) = mail_server("250 guardado").await;
    let credentials = Some(("klk".to_owned(), SecretString::from("clave".to_owned())));
    let route = MailRoute { encryption: Encryption::StartTls, credentials, ..route(port) };
    assert!(send(&channel(Route::Mail(route))).await.is_err());
    let said = server.await.unwrap();
    assert!(!said.contains("AUTH") && !said.contains("MAIL FROM"), "{said}");
}

#[tokio::test]
async fn a_private_mail_server_is_refused_unless_it_is_allowed() {
    let channel = Channel { allows_private: false, ..channel(Route::Mail(route(25))) };
    assert_eq!(send(&channel).await, Err(SendError::PrivateAddress));
}
