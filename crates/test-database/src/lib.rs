//! Tests only: where `KLK_TEST_POSTGRES` names a server, tests of the warehouse and the engine have their databases on it instead
//! of in files. `./dev test` starts such a server and runs them once more; the server goes away with its databases.
#![expect(clippy::unwrap_used, reason = "a test stops where its database cannot be had")]

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::path::Path;

use tokio_postgres::{NoTls, SimpleQueryMessage};

/// Names a database of the server; its user may make others.
pub const VARIABLE: &str = "KLK_TEST_POSTGRES";

/// A row as text, NULL as None.
pub type TextRow = Vec<Option<String>>;

/// Whether tests have their databases on a server.
pub fn is_postgres() -> bool {
    std::env::var_os(VARIABLE).is_some()
}

/// The address of the database that stands for a file, made where it is not there; None where tests have files.
pub fn address_of(file: &Path) -> Option<String> {
    let server = std::env::var(VARIABLE).ok()?;
    let mut hasher = DefaultHasher::new();
    file.hash(&mut hasher);
    let name = format!("klk_{:016x}", hasher.finish());
    let is_there = !rows_of(&server, &format!("SELECT 1 FROM pg_database WHERE datname = '{name}'")).is_empty();
    if !is_there {
        let folder = file.parent().unwrap_or(file).to_string_lossy().replace('\'', "''");
        rows_of(&server, &format!("CREATE DATABASE {name}"));
        rows_of(&server, &format!("COMMENT ON DATABASE {name} IS '{folder}'"));
        sweep(&server);
    }
    let (rest, options) = server.split_once('?').map_or((server.as_str(), ""), |(rest, options)| (rest, options));
    let (host, _) = rest.rsplit_once('/').unwrap();
    Some(format!("{host}/{name}?{options}"))
}

/// Databases that are dropped for each one that is made.
const SWEPT: usize = 3;

/// Drops databases whose test is over: its folder is gone. Another test may drop the same one, which is no fault.
fn sweep(server: &str) {
    let all = "SELECT datname, shobj_description(oid, 'pg_database') FROM pg_database WHERE datname LIKE 'klk\\_%'";
    let is_over = |row: &TextRow| row.get(1).cloned().flatten().is_some_and(|folder| !Path::new(&folder).exists());
    let over = rows_of(server, all).into_iter().filter(is_over).filter_map(|row| row.into_iter().next().flatten());
    for name in over.take(SWEPT) {
        drop(ask(server, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")));
    }
}

/// What a statement gives, every column as PostgreSQL's text of it.
pub fn rows(address: &str, sql: &str) -> Vec<TextRow> {
    let width = width_of(address, sql);
    let names: Vec<String> = (0..width).map(|column| format!("c{column}")).collect();
    let texts: Vec<String> = names.iter().map(|name| format!("{name}::text")).collect();
    rows_of(address, &format!("SELECT {} FROM ({sql}) AS filas({})", texts.join(", "), names.join(", ")))
}

/// Does statements.
pub fn execute(address: &str, sql: &str) {
    rows_of(address, sql);
}

fn width_of(address: &str, sql: &str) -> usize {
    let messages = messages_of(address, &format!("SELECT * FROM ({sql}) AS filas LIMIT 0"));
    let described = messages.iter().find_map(|message| match message {
        SimpleQueryMessage::RowDescription(columns) => Some(columns.len()),
        _ => None,
    });
    described.unwrap()
}

fn rows_of(address: &str, sql: &str) -> Vec<TextRow> {
    let rows = messages_of(address, sql).into_iter().filter_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some(row),
        _ => None,
    });
    rows.map(|row| (0..row.len()).map(|column| row.get(column).map(str::to_owned)).collect()).collect()
}

fn messages_of(address: &str, sql: &str) -> Vec<SimpleQueryMessage> {
    ask(address, sql).unwrap_or_else(|error| panic!("{error:?}: {sql}"))
}

/// On a thread of its own: tests call it within their runtime.
fn ask(address: &str, sql: &str) -> Result<Vec<SimpleQueryMessage>, tokio_postgres::Error> {
    let (address, sql) = (address.to_owned(), sql.to_owned());
    let asked = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (client, connection) = tokio_postgres::connect(&address, NoTls).await.unwrap();
            let connection = tokio::spawn(connection);
            client.batch_execute("SET TimeZone = 'UTC'; SET client_min_messages = warning").await.unwrap();
            client.batch_execute("SELECT set_config('search_path', 'public, klk_sql', false)").await.unwrap();
            let messages = client.simple_query(&sql).await;
            drop(client);
            connection.await.unwrap().unwrap();
            messages
        })
    });
    asked.join().unwrap()
}
