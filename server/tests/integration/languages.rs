//! What is shown on an English page is English, and on a Spanish one Spanish, whatever went wrong; REST answers in Spanish.

use std::collections::BTreeSet;

use klk_sim::{Endpoint, Fault, FaultKind, Malformation};
use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, COOKIE};
use serde_json::{Value, json};

use crate::rest::block_on;
use crate::support::{Pos, Server};

const TRACKING: &str = "/api/etl/tracking";

/// Words without which no sentence of the language gets far, and which the other one does not have.
const SPANISH: &[&str] = &[
    "al", "con", "cuando", "de", "del", "desde", "el", "en", "esa", "ese", "está", "están", "este", "fue", "hay", "la",
    "las", "llegó", "lo", "los", "más", "para", "pero", "por", "que", "se", "ser", "sin", "son", "su", "sus",
    "también", "una", "ventana", "ventanas", "y", "ya",
];
const ENGLISH: &[&str] = &[
    "and", "are", "been", "but", "by", "came", "could", "from", "has", "have", "in", "is", "it", "its", "nothing",
    "of", "the", "there", "they", "this", "that", "to", "was", "were", "which", "with", "you", "your",
];

/// Pages of a language that are visited, at most.
const PAGES_MAX: usize = 120;

/// One failure a half hour of yesterday, from 08:00 on.
fn failures() -> Vec<FaultKind> {
    let wrong = |malformation| FaultKind::MalformedLine { at: 0, malformation };
    vec![
        FaultKind::Status { code: 503, html: true },
        FaultKind::Status { code: 404, html: false },
        FaultKind::Status { code: 429, html: false },
        FaultKind::Error200 { message: "E42".to_owned() },
        FaultKind::Hang { seconds: 3 },
        FaultKind::Refuse,
        FaultKind::Reset,
        FaultKind::CutBody { after_bytes: 200 },
        FaultKind::Short { missing_lines: 1 },
        wrong(Malformation::MissingField),
        wrong(Malformation::TwoObjects),
        wrong(Malformation::TextForNumber),
        wrong(Malformation::NotAnObject),
        FaultKind::NotJson,
    ]
}

fn half_hour(number: usize) -> String {
    format!("{:02}:{:02}", 8 + number / 2, 30 * (number % 2))
}

/// A database in which everything went wrong once, and people decided something of each kind.
async fn fill(pos: &Pos, server: &Server) {
    let day = pos.yesterday();
    let request = |from: &str, to: &str| {
        json!({
            "etl_tipo": "ventas", "ubicacion_id": "tienda_01", "fecha_desde": day.to_string(), "hora_desde": from,
            "fecha_hasta": day.to_string(), "hora_hasta": to,
        })
    };
    for (number, fault) in failures().into_iter().enumerate() {
        let at = |number: usize| day.to_datetime(half_hour(number).parse().unwrap());
        pos.sim
            .add_fault(Fault::new(fault).of_branch("SUC001").at(Endpoint::Sales).of_sales(at(number), at(number + 1)));
        let period = request(&half_hour(number), &half_hour(number + 1));
        let (status, answer) = server.post_json(&format!("{TRACKING}/recuperar-gap"), &period).await;
        assert_eq!(status, 200, "{answer}");
    }
    let is_over = |page: &Value| {
        let runs = page["ejecuciones"].as_array().unwrap();
        runs.len() >= failures().len()
            && runs.iter().all(|run| !["en_cola", "en_proceso"].contains(&run["estado"].as_str().unwrap()))
    };
    server.until(&format!("{TRACKING}/ejecuciones?limite=100"), is_over).await;

    // A plan that is stopped, a justification, and another calendar.
    pos.sim.add_fault(Fault::new(FaultKind::Refuse).of_branch("SUC002").at(Endpoint::Sales));
    let period = json!({
        "ubicacion_id": "tienda_08", "fecha_desde": day.to_string(), "hora_desde": "12:00", "hora_hasta": "18:00",
    });
    let (_, plan) =
        server.post_json(&format!("{TRACKING}/planes"), &json!({"etl_tipo": "ventas", "periodos": [period]})).await;
    let (status, started) =
        server.post_json(&format!("{TRACKING}/planes/iniciar"), &json!({"hash": plan["hash"]})).await;
    assert_eq!(status, 200, "{started}");
    let of_plan = format!("{TRACKING}/plan?hash={}", plan["hash"].as_str().unwrap());
    server.until(&of_plan, |plan| plan["estado"] == "detenido").await;
    let mut justified = request("18:00", "19:00");
    justified["motivo"] = json!("falla_electrica");
    let (status, answer) = server.post_json(&format!("{TRACKING}/justificar-gap"), &justified).await;
    assert_eq!(status, 200, "{answer}");
    let holiday = json!({"fecha": "2031-12-25", "horario": "cerrado", "nota": "N"});
    let (status, answer) = server.post_json("/api/calendarios/feriado", &holiday).await;
    assert!([200, 404].contains(&status), "{answer}");
}

/// What a page shows, sentence by sentence: its texts, and the attributes that are read out or shown in place.
fn shown(html: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        found.push(rest[..start].to_owned());
        let Some(end) = rest[start..].find('>') else { break };
        let tag = &rest[start + 1..start + end];
        rest = &rest[start + end + 1..];
        for attribute in ["title=\"", "aria-label=\"", "placeholder=\"", "alt=\""] {
            found.extend(tag.split(attribute).nth(1).and_then(|text| text.split('"').next()).map(str::to_owned));
        }
        // What is code is nobody's language.
        for (opens, closes) in [("script", "</script>"), ("style", "</style>"), ("code", "</code>")] {
            let is_opened = tag.strip_prefix(opens).is_some_and(|after| after.is_empty() || after.starts_with(' '));
            if let (true, Some(end)) = (is_opened, rest.find(closes)) {
                rest = &rest[end..];
            }
        }
    }
    found.push(rest.to_owned());
    found.retain(|text| !text.trim().is_empty());
    found
}

/// The sentences that have a word of the other language. What others said is quoted, and is theirs.
fn foreign<'text>(texts: &'text [String], words: &[&str]) -> BTreeSet<&'text str> {
    let has_word = |text: &&String| {
        let own: String = text.split(['“', '«']).map(|part| part.rsplit(['”', '»']).next().unwrap()).collect();
        // A parameter's name stands before what is wrong with it.
        let own = own.split_once(": ").filter(|(name, _)| !name.contains(' ')).map_or(own.as_str(), |(_, rest)| rest);
        own.split(|letter: char| !letter.is_alphanumeric() && letter != '_').any(|word| words.contains(&word))
    };
    texts.iter().filter(has_word).map(|text| text.trim()).collect()
}

/// Where a page leads within the site.
fn links(html: &str) -> Vec<String> {
    let targets = html.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    let is_page = |path: &&str| {
        path.starts_with('/')
            && !["/api/", "/pkg/", "/salir"].iter().any(|other| path.starts_with(other))
            && !path.contains('.')
    };
    targets.filter(is_page).map(|path| path.replace("&amp;", "&")).collect()
}

/// What cannot be read, or is not there, where a page asks for it.
const REFUSED: &[&str] = &[
    "/pendientes?max_horas=x",
    "/pendientes?etl_tipo=x",
    "/pendientes?en=x",
    "/pendientes?en=2099-01-01T10:00",
    "/pendientes?ubicacion_id=x",
    "/cobertura?hasta=x",
    "/cobertura?hasta=2099-01-01",
    "/actividad?estado=x",
    "/actividad?cursor=x",
    "/actividad/x",
    "/actividad/01936f7e-0000-7000-8000-000000000000",
    "/actividad/recuperaciones/0123",
    "/actividad/recuperaciones/012345678901",
    "/tiendas/x",
    "/tiendas/tienda_01/x",
    "/sistema/metricas?dias=x",
    "/nada",
];

/// The same of forms, whose answer is a page.
const REFUSED_FORMS: &[(&str, &str)] = &[
    ("/pendientes/recuperar/iniciar", "hash=0123"),
    ("/pendientes/recuperar/iniciar", "hash=012345678901"),
    ("/pendientes/recuperar", "etl_tipo=ventas&ubicacion_id=tienda_01&fecha_desde=x"),
    ("/pendientes/justificar/guardar", "etl_tipo=ventas&ubicacion_id=tienda_01&fecha_desde=2020-01-01&motivo=otro"),
    ("/pendientes/justificar/seleccion", "celda=tienda_01|2099-01-01"),
    ("/pendientes/justificar/seleccion/guardar", "celda=tienda_01|2020-01-01&motivo=otro"),
    ("/pendientes/cambios/comparar", "ubicacion_id=tienda_01&fecha=2099-01-01"),
    ("/pendientes/retirar", "id=x"),
    ("/actividad/recuperaciones/pausar", "hash=0123"),
    ("/calendarios/tienda", "ubicacion_id=tienda_01&vigente_desde=x"),
    ("/calendarios/dia", "fecha=x"),
    ("/usuarios", "accion=x"),
];

async fn page(server: &Server, path: &str, language: &str) -> String {
    let request = server.request(Method::GET, path).header(COOKIE, format!("klk_idioma={language}"));
    request.send().await.unwrap().text().await.unwrap()
}

/// Follows links from the first page on; of pages that differ in their query or in a part of their path only, some.
async fn walk(server: &Server, language: &str, words: &[&str]) -> Vec<String> {
    let mut waiting = vec!["/".to_owned(), "/conexion".to_owned(), "/usuarios".to_owned(), "/clave".to_owned()];
    let mut seen: BTreeSet<String> = waiting.iter().cloned().collect();
    let mut alike: std::collections::BTreeMap<String, usize> = std::collections::BTreeMap::new();
    let mut wrong = Vec::new();
    let mut visited = 0;
    while let Some(path) = waiting.pop() {
        if visited == PAGES_MAX {
            break;
        }
        visited += 1;
        let html = page(server, &path, language).await;
        wrong.extend(foreign(&shown(&html), words).into_iter().map(|text| format!("{path}: {text}")));
        for next in links(&html) {
            let kind: Vec<&str> = next.split('?').next().unwrap().split('/').take(3).collect();
            let count = alike.entry(kind.join("/")).or_default();
            if *count < 25 && seen.insert(next.clone()) {
                *count += 1;
                waiting.insert(0, next);
            }
        }
    }
    assert!(visited > 40, "{visited} pages were found");
    for path in REFUSED {
        let html = page(server, path, language).await;
        wrong.extend(foreign(&shown(&html), words).into_iter().map(|text| format!("{path}: {text}")));
    }
    for (path, form) in REFUSED_FORMS {
        let request = server.request(Method::POST, path).header(COOKIE, format!("klk_idioma={language}"));
        let request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(*form);
        let html = request.send().await.unwrap().text().await.unwrap();
        wrong.extend(foreign(&shown(&html), words).into_iter().map(|text| format!("{path} {form}: {text}")));
    }
    // What is refused before any page is asked.
    let request = server.request(Method::POST, "/salir").header(COOKIE, format!("klk_idioma={language}"));
    let refused = request.header("origin", "https://elsewhere.example").send().await.unwrap();
    let body: Value = refused.json().await.unwrap();
    let detail = [body["detail"].as_str().unwrap().to_owned()];
    wrong.extend(foreign(&detail, words).into_iter().map(str::to_owned));
    wrong
}

#[test]
fn a_page_speaks_one_language_whatever_went_wrong() {
    let pos = Pos::start();
    let klk = pos
        .klk()
        .with_variable("KLK_TIMEOUT_SALES_SECONDS", "1")
        .with_variable("KLK_PLAN_FAILURES_PER_BRANCH_MAX", "2");
    let server = Server::start(&klk, &[]);
    block_on(async {
        fill(&pos, &server).await;
        // Every failure is one of its own.
        let (_, runs) = server.get_json(&format!("{TRACKING}/ejecuciones?limite=100&ubicacion_id=tienda_01")).await;
        let codes: BTreeSet<&str> = runs["ejecuciones"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|run| run["error_detalle"]["codigo"].as_str())
            .collect();
        assert!(codes.len() > 5, "{codes:?}");
        for run in runs["ejecuciones"].as_array().unwrap() {
            let texts = [run["error_mensaje"].as_str().unwrap_or_default().to_owned()];
            assert_eq!(foreign(&texts, ENGLISH), BTreeSet::new());
        }
        let (english, spanish) = (walk(&server, "en", SPANISH).await, walk(&server, "es", ENGLISH).await);
        assert_eq!((english, spanish), (Vec::new(), Vec::new()));
    });
}

#[test]
fn what_rest_refuses_is_said_in_spanish() {
    let pos = Pos::start();
    let klk = pos.klk();
    let server = Server::start(&klk, &[]);
    block_on(async {
        let bodies = ["", "{", "[]", "{\"etl_tipo\": 3}", "{\"etl_tipo\": \"otro\"}", "\u{0}"];
        let paths = ["recuperar-gap", "justificar-gap", "planes", "planes/iniciar", "conciliar"];
        let mut refused = 0;
        for (path, body) in paths.iter().flat_map(|path| bodies.map(|body| (path, body))) {
            let request = server.request(Method::POST, &format!("{TRACKING}/{path}"));
            // Whoever asks in English is answered as the contract says.
            let request = request.header(CONTENT_TYPE, "application/json").header(COOKIE, "klk_idioma=en").body(body);
            let answer: Value = request.send().await.unwrap().json().await.unwrap();
            let detail = [answer["detail"].as_str().unwrap_or_default().to_owned()];
            assert_eq!(foreign(&detail, ENGLISH), BTreeSet::new(), "{path} {body}");
            refused += usize::from(!detail[0].is_empty());
        }
        assert!(refused > 20, "{refused}");
    });
}
