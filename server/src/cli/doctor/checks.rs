//! The checks, each a question with one or several findings.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::{Duration, Instant};

use domain::ErrorClass;
use domain::branch_clock::ALWAYS;
use engine::Clock;
use jiff::civil::{Date, time};
use klk::{KlkError, SalesQuestion, WarehouseRow};
use monitoring::Monitoring;
use notices::{NetworkTransport, SendError};
use warehouse::{Access, CalendarKind, Warehouse};

use super::finding::Finding;
use crate::clock::SystemClock;
use crate::failure::Failure;
use crate::settings::Settings;
use crate::settings::branches;
use crate::wiring::{self, Observability};
use crate::{database, host, http};

/// Less than this will not last.
const FREE_BYTES_LEAST: u64 = 2 * 1024 * 1024 * 1024;
/// How long what waits for Sentry may take to be sent.
const OUTBOX_LIMIT: Duration = Duration::from_secs(5);

/// Every check, in the order in which one would look. A quick one does not read the whole database.
pub fn all(settings: &Settings, observability: &Observability, is_quick: bool) -> Result<Vec<Finding>, Failure> {
    let mut findings = vec![Finding::fine("configuración", "se puede usar")];
    findings.extend(super::block_on(database(settings, is_quick))?);
    if settings.postgres.is_none() {
        findings.extend(disk(&settings.database));
    }
    findings.extend(super::backups::check(settings, SystemClock.now()));
    findings.extend(super::block_on(pos(settings))?);
    findings.push(super::block_on(address(settings))?);
    findings.extend(super::proxy::check_trust(settings));
    findings.extend(super::block_on(super::proxy::check(settings))?);
    findings.extend(super::block_on(super::sign_on::check(settings))?);
    findings.extend(super::block_on(notices(settings))?);
    findings.push(site());
    // Its sending is its own thread's; it waits for nothing of ours.
    findings.extend(sentry(settings, &observability.monitoring));
    Ok(findings)
}

/// The server, and the processes that share its database.
async fn server(settings: &Settings) -> Vec<Finding> {
    const SUBJECT: &str = "base de datos";
    let path = settings.database.display();
    let found = match database::open(settings, &Monitoring::disabled(), Access::ReadOnly) {
        Ok(warehouse) => {
            let processes = warehouse.processes().await.unwrap_or_default();
            warehouse.close().await;
            let live = processes.iter().filter(|process| !process.is_gone).count();
            let leader = processes.iter().find(|process| process.leads).map(|process| process.process.name.clone());
            match leader {
                Some(leader) => {
                    Finding::fine(SUBJECT, format!("{path} responde; procesos con arriendo: {live}; dirige {leader}"))
                }
                None => Finding::warning(
                    SUBJECT,
                    format!("{path} responde; procesos con arriendo: {live}; ninguno dispara las programaciones"),
                    "arranque un `klk serve` con --rol trabajador o todo",
                ),
            }
        }
        Err(failure) => Finding::failure(
            SUBJECT,
            failure.to_string(),
            "arranque una vez `klk serve`, que crea las tablas, y compruebe la dirección en KLK_DATABASE",
        ),
    };
    vec![found]
}

/// The file, and what it says of calendars. It is opened once, and only to read: what an interrupted process left has to be
/// there for the one that goes on with it.
async fn database(settings: &Settings, is_quick: bool) -> Vec<Finding> {
    const SUBJECT: &str = "base de datos";
    let path = settings.database.display();
    if settings.postgres.is_some() {
        return server(settings).await;
    }
    if !settings.database.exists() {
        let finding = match nearest_folder(&settings.database) {
            Some(folder) if is_writable(folder) => Finding::fine(SUBJECT, format!("{path} se creará al empezar")),
            _ => Finding::failure(
                SUBJECT,
                format!("{path} no se puede crear"),
                "dé permiso de escritura en su carpeta, o elija otra con KLK_DATABASE",
            ),
        };
        return vec![finding];
    }
    let finding = match database::open(settings, &Monitoring::disabled(), Access::ReadOnly) {
        Ok(warehouse) => {
            let calendars = calendars(&warehouse).await;
            let started = Instant::now();
            let read = if is_quick { Ok(None) } else { warehouse.read_all().await.map(Some) };
            let seconds = started.elapsed().as_secs_f64();
            let lost = warehouse.lost_commits();
            warehouse.close().await;
            let finding = match may_be_written(&settings.database) {
                _ if read.is_err() => Finding::failure(
                    SUBJECT,
                    format!(
                        "{path} abre, pero está dañada: {}",
                        read.err().map(|error| error.to_string()).unwrap_or_default()
                    ),
                    "detenga el servidor y ponga en su lugar la última copia con klk restaurar, que conserva el archivo dañado",
                ),
                true if lost.is_some() => Finding::failure(
                    SUBJECT,
                    lost.map(|lost| database::lost_work(&settings.database, lost)).unwrap_or_default(),
                    "recupere lo que aparezca en pendientes, o restaure la última copia con klk restaurar",
                ),
                true => {
                    let read = match read {
                        Ok(Some(tables)) => format!("se leyeron enteras sus {tables} tablas en {seconds:.1} s"),
                        _ => "no se leyó entera (--rapido)".to_owned(),
                    };
                    Finding::fine(SUBJECT, format!("{path} abre y se puede escribir; {read}"))
                }
                false => Finding::failure(
                    SUBJECT,
                    format!("{path} abre, pero no se puede escribir"),
                    "dé permiso de escritura en el archivo y en su carpeta",
                ),
            };
            return [Some(finding), calendars].into_iter().flatten().collect();
        }
        Err(Failure::DatabaseInUse { .. }) => Finding::warning(
            SUBJECT,
            format!("{path} no se revisó, porque está en uso por otro proceso: el servidor está en marcha"),
            "para leerla entera, detenga el servidor y repita klk doctor, o revise una copia con KLK_DATABASE",
        ),
        Err(failure) => Finding::failure(
            SUBJECT,
            failure.to_string(),
            "compruebe que el archivo sea de klk y de esta versión o anterior; si está dañado, ponga en su lugar la última copia con \
             klk restaurar",
        ),
    };
    vec![finding]
}

/// Whether the file and its folder, where the log is made, may be written. Nothing of the file is touched.
fn may_be_written(file: &Path) -> bool {
    std::fs::OpenOptions::new().append(true).open(file).is_ok() && nearest_folder(file).is_some_and(is_writable)
}

/// Which calendar counts where klk.toml and the database both have one.
async fn calendars(warehouse: &Warehouse) -> Option<Finding> {
    const SUBJECT: &str = "calendarios";
    let changes = warehouse.calendar_changes(None).await.ok()?;
    // Of each store the first day that somebody decided, and the last one from which klk.toml counts.
    let (mut decided, mut of_file): (BTreeMap<&str, Date>, BTreeMap<&str, Date>) = Default::default();
    for change in &changes {
        let store = change.branch.as_str();
        match change.kind {
            CalendarKind::Decided => {
                let from = decided.entry(store).or_insert(change.from);
                *from = change.from.min(*from);
            }
            CalendarKind::OfFile if change.from > ALWAYS => {
                let from = of_file.entry(store).or_insert(change.from);
                *from = change.from.max(*from);
            }
            CalendarKind::OfFile | CalendarKind::SingleDay => {}
        }
    }
    let named = |stores: &BTreeMap<&str, Date>| {
        let stores = stores.iter().map(|(store, from)| format!("{store} desde el {from}"));
        Some(stores.collect::<Vec<_>>().join(", ")).filter(|named| !named.is_empty())
    };
    let decided = named(&decided).map(|stores| format!("los cambios de la página ganan a klk.toml en {stores}"));
    let of_file = named(&of_file).map(|stores| {
        format!("klk.toml cambió, y los días anteriores conservan lo que decía (vigente_desde lo corrige), en {stores}")
    });
    let decided_by: Vec<String> = decided.into_iter().chain(of_file).collect();
    Some(Finding::fine(
        SUBJECT,
        match decided_by.as_slice() {
            [] => "valen los de klk.toml: nadie los ha cambiado en la página".to_owned(),
            sources => sources.join("; "),
        },
    ))
}

fn disk(database: &Path) -> Option<Finding> {
    const SUBJECT: &str = "disco";
    let free = host::free_bytes(nearest_folder(database)?)?;
    let detail = format!("{:.1} GiB libres", free as f64 / f64::from(1 << 30));
    Some(if free < FREE_BYTES_LEAST {
        Finding::failure(SUBJECT, detail, "libere espacio o mueva la base de datos con KLK_DATABASE")
    } else {
        Finding::fine(SUBJECT, detail)
    })
}

async fn pos(settings: &Settings) -> Vec<Finding> {
    const SUBJECT: &str = "KLK";
    let client = match wiring::client(settings) {
        Ok(client) => client,
        Err(failure) => {
            return vec![Finding::failure(SUBJECT, failure.to_string(), "corrija KLK_BASE_URL y KLK_API_KEY")];
        }
    };
    let url = &settings.client.base_url;
    let latency = match client.probe().await {
        Ok(latency) => latency,
        Err(error) => {
            let advice = "compruebe KLK_BASE_URL, la red y que el servidor KLK esté en marcha";
            return vec![Finding::failure(SUBJECT, format!("{url}: {}", reason(&error)), advice)];
        }
    };
    let mut findings = vec![Finding::fine(SUBJECT, format!("{url} responde en {} ms", latency.as_millis()))];
    match client.branch_warehouses(None).await {
        Ok(rows) => {
            findings.extend(clock(settings, &client, &rows).await);
            findings.extend(stores(settings, &rows));
        }
        Err(error) => findings.push(Finding::failure("tiendas", reason(&error), "KLK no dice qué tiendas hay")),
    }
    findings
}

/// How far the clock of the POS is from ours, by a response about the first half hour of today.
async fn clock(settings: &Settings, client: &klk::Client, rows: &[WarehouseRow]) -> Option<Finding> {
    const SUBJECT: &str = "reloj de KLK";
    let our_clock = SystemClock;
    let requested_at = our_clock.now();
    let today = settings.zone.to_datetime(requested_at).date();
    let question =
        SalesQuestion::of_day(rows.first()?.branch.clone(), today).between(time(0, 0, 0, 0), Some(time(0, 30, 0, 0)));
    let made_at = client.announced_sales(&question).await.ok()?.generated_at?;
    let ahead = engine::source_ahead(made_at, requested_at, our_clock.now()).as_secs();
    let limit = settings.engine.clock_drift_max.as_secs();
    let detail = match ahead {
        0 => "coincide con el nuestro".to_owned(),
        1.. => format!("va {ahead} s adelante del nuestro"),
        _ => format!("va {} s detrás del nuestro", -ahead),
    };
    Some(if ahead.unsigned_abs() > limit {
        Finding::failure(SUBJECT, detail, "ponga en hora los dos servidores (NTP)")
    } else {
        Finding::fine(SUBJECT, detail)
    })
}

/// Why the POS did not answer, for people; the client's own words are for those who maintain it.
fn reason(error: &KlkError) -> String {
    let plain = match error.class() {
        ErrorClass::Timeout => "no respondió a tiempo",
        ErrorClass::Connection => "no se puede conectar, o la conexión se cortó",
        ErrorClass::ApiError => "se negó a responder",
        ErrorClass::InvalidData => "respondió otra cosa que la acordada",
        ErrorClass::DatabaseError | ErrorClass::Interrupted => "la pregunta se interrumpió",
    };
    format!("{plain} ({error})")
}

fn stores(settings: &Settings, rows: &[WarehouseRow]) -> Vec<Finding> {
    const SUBJECT: &str = "tiendas";
    let found = match branches::find(settings, Ok(rows)) {
        Ok(found) => found,
        Err(failure) => {
            return vec![Finding::failure(SUBJECT, failure.to_string(), "corrija [[tiendas]] en klk.toml")];
        }
    };
    let listed: BTreeSet<&str> = branches::listed_codes(rows).collect();
    let configured: BTreeSet<&str> = found.list.iter().map(|branch| branch.code.as_str()).collect();
    let names: Vec<String> = found.list.iter().map(|branch| format!("{} {}", branch.id, branch.name)).collect();
    let mut findings = vec![Finding::fine(SUBJECT, format!("{}: {}", names.len(), names.join(", ")))];
    let join = |codes: Vec<&&str>| codes.into_iter().copied().collect::<Vec<_>>().join(", ");
    let unknown = join(configured.difference(&listed).collect());
    if !unknown.is_empty() {
        let advice = "corrija el código en [[tiendas]] de klk.toml";
        findings.push(Finding::failure(SUBJECT, format!("KLK no conoce {unknown}"), advice));
    }
    let unwatched = join(listed.difference(&configured).collect());
    if !unwatched.is_empty() {
        let advice = "agréguelas a [[tiendas]] de klk.toml si deben vigilarse";
        findings.push(Finding::warning(SUBJECT, format!("KLK tiene otras: {unwatched}"), advice));
    }
    findings
}

async fn address(settings: &Settings) -> Finding {
    const SUBJECT: &str = "dirección";
    let address = settings.http.address;
    match tokio::net::TcpListener::bind(address).await {
        Ok(_listener) => Finding::fine(SUBJECT, format!("{address} está libre")),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => Finding::warning(
            SUBJECT,
            format!("otro programa escucha en {address}"),
            "si es el servidor, está bien; si no, elija otra con KLK_ADDRESS",
        ),
        Err(error) => {
            Finding::warning(SUBJECT, format!("{address}: {error}"), "elija una de esta máquina con KLK_ADDRESS")
        }
    }
}

/// Whether somebody is there at each channel of notices; nothing is sent.
async fn notices(settings: &Settings) -> Vec<Finding> {
    const SUBJECT: &str = "avisos";
    let channels = &settings.notices.channels;
    if channels.is_empty() {
        return vec![Finding::fine(SUBJECT, "apagados: klk.toml no tiene [[canales]]")];
    }
    let mut findings = Vec::new();
    for channel in channels {
        let (name, target) = (&channel.name, channel.shown_target());
        findings.push(match NetworkTransport::check(channel).await {
            Ok(()) => Finding::fine(SUBJECT, format!("{name}: {target} responde; pruebe un aviso en /sistema/avisos")),
            Err(error) => {
                let (detail, advice) = unreachable_channel(error);
                Finding::failure(SUBJECT, format!("{name}: {target} {detail}"), advice)
            }
        });
    }
    if settings.notices.public_url.is_none() {
        findings.push(Finding::warning(SUBJECT, "van sin enlace", "diga en KLK_PUBLIC_URL con qué dirección se abre"));
    }
    if let [channel] = channels.as_slice() {
        let detail = format!("solo por {}: si falla, nadie se entera", channel.name);
        findings.push(Finding::warning(SUBJECT, detail, "agregue otro canal a [[canales]]"));
    }
    findings
}

const fn unreachable_channel(error: SendError) -> (&'static str, &'static str) {
    match error {
        SendError::Unresolved => ("no existe en el DNS", "compruebe el nombre en [[canales]] y el DNS de esta máquina"),
        SendError::PrivateAddress => {
            ("está en una red privada", "si es a propósito, escriba redes_privadas = true en ese canal")
        }
        SendError::TimedOut => ("no responde a tiempo", "compruebe la red y el puerto, o suba espera_segundos"),
        _ => ("no se puede alcanzar", "compruebe la dirección, el puerto y el firewall de salida"),
    }
}

fn site() -> Finding {
    const SUBJECT: &str = "páginas";
    const ADVICE: &str = "diga dónde están con LEPTOS_SITE_ROOT, o arranque en la carpeta que tiene Leptos.toml y site";
    let options = match http::site_options() {
        Ok(options) => options,
        Err(error) => return Finding::failure(SUBJECT, format!("{error:#}"), ADVICE),
    };
    let folder = Path::new(options.site_root.as_ref());
    let program = http::wasm_file(&options);
    if program.is_file() {
        Finding::fine(SUBJECT, format!("en {}", folder.display()))
    } else {
        Finding::warning(SUBJECT, format!("{} no existe: las páginas serán sin JavaScript", program.display()), ADVICE)
    }
}

fn sentry(settings: &Settings, monitoring: &Monitoring) -> Vec<Finding> {
    let test = monitoring.self_test();
    // What an earlier process left is tried again meanwhile; what is left of it then waits for a reason.
    monitoring.flush(OUTBOX_LIMIT);
    super::sentry::findings(test, &monitoring.status(), &settings.sentry)
}

/// The folder of the file, or the nearest one above it that exists.
fn nearest_folder(file: &Path) -> Option<&Path> {
    let folders = file.ancestors().skip(1);
    folders
        .map(|folder| if folder.as_os_str().is_empty() { Path::new(".") } else { folder })
        .find(|folder| folder.is_dir())
}

fn is_writable(folder: &Path) -> bool {
    let probe = folder.join(".klk-doctor");
    let is_written = std::fs::write(&probe, b"").is_ok();
    // What was never written need not be removed.
    drop(std::fs::remove_file(&probe));
    is_written
}
