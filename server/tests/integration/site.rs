//! What a browser and a proxy meet beside the REST interface: pages, files, their headers, and health.

use reqwest::Method;
use reqwest::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, COOKIE, ETAG, HeaderMap, IF_NONE_MATCH, VARY,
};

use crate::rest::block_on;
use crate::support::{Pos, Server};

#[test]
fn a_server_whose_disk_is_full_is_not_ready() {
    let pos = Pos::start();
    let klk = pos.klk().with_variable("KLK_DATABASE_FREE_BYTES_MIN", "1099511627776");
    let server = Server::start(&klk, &[]);
    block_on(async {
        let (status, body) = server.get_json("/health/ready").await;
        let said = body["detail"].as_str().unwrap_or_default();
        assert!(status == 503 && said.contains("disco") && said.contains("libere espacio"), "{status} {body}");
        assert_eq!(server.get("/health/live").await.status(), 200);
    });
}

/// Its headers, a line each, without those that are others each time.
fn same_of_each(headers: &HeaderMap) -> String {
    let others = ["date", "content-length", "x-request-id", "server-timing", "set-cookie"];
    let same = headers.iter().filter(|(name, _)| !others.contains(&name.as_str()));
    let mut lines: Vec<String> = same.map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect();
    lines.sort_unstable();
    lines.join("\n")
}

#[test]
fn health_and_headers_are_as_a_proxy_and_a_browser_want_them() {
    let pos = Pos::start();
    let klk = pos.klk();
    let server = Server::start(&klk, &[]);
    block_on(async {
        for path in ["/health/live", "/health/ready"] {
            let (status, body) = server.get_json(path).await;
            assert_eq!((status, body["estado"].as_str()), (200, Some("ok")), "{path}");
        }
        let page = server.get("/actividad").await;
        assert_eq!(page.status(), 200);
        let header = |name: &str| page.headers().get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap();
        assert_eq!(header("x-request-id").len(), 8);
        let policy = header("content-security-policy");
        let nonce = policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap().to_owned();
        insta::assert_snapshot!("headers_of_a_page", same_of_each(page.headers()).replace(&nonce, "NONCE"));
        let html = page.text().await.unwrap();
        let scripts: Vec<&str> = html.split("<script").skip(1).map(|rest| rest.split('>').next().unwrap()).collect();
        assert!(!scripts.is_empty());
        assert!(scripts.iter().all(|script| script.contains(&format!("nonce=\"{nonce}\""))), "{scripts:?}");
        assert!(!html.contains(" style=\""), "inline styles do not get past the policy");
    });
}

#[test]
fn files_are_asked_for_again_by_their_tag_and_what_is_none_is_a_page() {
    let pos = Pos::start();
    let klk = pos.klk();
    let site = klk.path("site");
    std::fs::create_dir_all(site.join("pkg")).unwrap();
    std::fs::write(site.join("pkg/klk.css"), "body{}").unwrap();
    let klk = klk.with_variable("LEPTOS_SITE_ROOT", site.to_str().unwrap());
    let server = Server::start(&klk, &[]);
    block_on(async {
        let file = server.get("/pkg/klk.css").await;
        assert_eq!(file.status(), 200);
        assert_eq!(file.headers()[CACHE_CONTROL], "no-cache");
        let tag = file.headers()[ETAG].clone();
        let again = server.request(Method::GET, "/pkg/klk.css").header(IF_NONE_MATCH, tag).send().await.unwrap();
        assert_eq!(again.status(), 304);

        let missing = server.get("/nada").await;
        assert_eq!(missing.status(), 404);
        assert!(missing.headers()[CONTENT_TYPE].to_str().unwrap().starts_with("text/html"));
        assert_eq!(server.get("/../Cargo.toml").await.status(), 404);
        assert_eq!(server.get("/pkg/%2e%2e/%2e%2e/klk.toml").await.status(), 404);
    });
}

#[test]
fn a_file_with_its_hash_in_its_name_is_kept_for_good_and_the_document_names_it() {
    let pos = Pos::start();
    let klk = pos.klk();
    let site = klk.path("site");
    std::fs::create_dir_all(site.join("pkg")).unwrap();
    let manifest = r#"{"build": "b1", "files": {"klk.css": "klk-0123456789ab.css"}}"#;
    std::fs::write(site.join("files.json"), manifest).unwrap();
    std::fs::write(site.join("pkg/klk-0123456789ab.css"), "body{}").unwrap();
    let klk = klk.with_variable("LEPTOS_SITE_ROOT", site.to_str().unwrap());
    let server = Server::start(&klk, &[]);
    block_on(async {
        let file = server.get("/pkg/klk-0123456789ab.css").await;
        assert_eq!(file.headers()[CACHE_CONTROL], "public, max-age=31536000, immutable");
        assert_eq!(file.headers()["x-content-type-options"], "nosniff");
        // What says how a page may behave is of pages only.
        assert!(!file.headers().contains_key("permissions-policy"));
        assert_eq!(server.get("/files.json").await.headers()[CACHE_CONTROL], "no-cache");
        let page = server.get("/").await.text().await.unwrap();
        assert!(page.contains(r#"href="/pkg/klk-0123456789ab.css""#), "{page}");
        assert!(page.contains(r#"data-compilacion="b1-"#), "{page}");
    });
}

#[test]
fn only_pages_are_compressed_while_somebody_waits() {
    let pos = Pos::start();
    let klk = pos.klk();
    let server = Server::start(&klk, &[]);
    block_on(async {
        let encoding = |path: &'static str| {
            let request = server.request(Method::GET, path).header(ACCEPT_ENCODING, "gzip, br");
            async move { request.send().await.unwrap().headers().get(CONTENT_ENCODING).cloned() }
        };
        assert!(encoding("/").await.is_some());
        assert_eq!(encoding("/api/openapi.json").await, None);
    });
}

#[test]
fn the_overview_is_a_whole_page_and_fetches_no_webassembly() {
    let pos = Pos::start();
    let klk = pos.klk();
    let server = Server::start(&klk, &[]);
    block_on(async {
        let page = server.get("/").await;
        assert_eq!(page.status(), 200);
        let html = page.text().await.unwrap();
        assert!(html.starts_with("<!DOCTYPE html>"), "{html}");
        assert_eq!(html.matches("<h1>").count(), 1, "{html}");
        // Schedules are switched off in these tests: that is said first, then what is known to be missing.
        assert!(html.contains("<h1>No se sabe: el planificador está apagado."), "{html}");
        assert!(html.contains("Se sabe que faltan "), "{html}");
        // The document names the WebAssembly for pages that come later; this one has no island, and fetches none.
        assert!(!html.contains("<leptos-island") && !html.contains("application/wasm"), "{html}");
        let english = server.request(Method::GET, "/").header(COOKIE, "klk_idioma=en").send().await.unwrap();
        assert!(english.text().await.unwrap().contains("Not known: the scheduler is switched off."));
    });
}

#[test]
fn a_file_is_sent_as_it_was_compressed_when_the_site_was_built() {
    let pos = Pos::start();
    let klk = pos.klk();
    let site = klk.path("site");
    std::fs::create_dir_all(site.join("pkg")).unwrap();
    std::fs::write(site.join("pkg/klk.css"), "body{}").unwrap();
    std::fs::write(site.join("pkg/klk.css.br"), "made by Brotli").unwrap();
    let klk = klk.with_variable("LEPTOS_SITE_ROOT", site.to_str().unwrap());
    let server = Server::start(&klk, &[]);
    block_on(async {
        let file =
            server.request(Method::GET, "/pkg/klk.css").header(ACCEPT_ENCODING, "gzip, br").send().await.unwrap();
        assert_eq!(file.headers()[CONTENT_ENCODING], "br");
        assert_eq!(file.headers()[CONTENT_TYPE], "text/css");
        assert!(file.headers()[VARY].to_str().unwrap().contains("accept-encoding"));
        assert_eq!(file.text().await.unwrap(), "made by Brotli");
        assert_eq!(server.get("/pkg/klk.css").await.text().await.unwrap(), "body{}");
    });
}
