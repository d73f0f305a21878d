//! `productos`, `stock_actual` and `stock_historico`: a half hour is covered by a snapshot of every warehouse of its branch.

use std::collections::{HashMap, HashSet};
use std::time::Instant;

use crate::database::{Connection, params};
use domain::run_message::RunMessage;
use domain::stock::Article;
use domain::stock_loss::KnownArticle;
use domain::{BranchId, ErrorClass, EtlKind, Interval, RunState, WarehouseCode};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::columns::{append, article_columns};
use crate::coverage::cover;
use crate::instants::{instant, micros};
use crate::literal::with_values;
use crate::months;
use crate::runs::{EndRow, RunEnd, end_run};
use crate::{Result, Warehouse};

/// The stock of a branch's warehouses at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StockSnapshot {
    /// Whose stock.
    pub branch: BranchId,
    /// The half hour it was taken in.
    pub interval: Interval<Timestamp>,
    /// When it was taken.
    pub captured_at: Timestamp,
    /// Warehouses of the branch, each that is taken.
    pub warehouses: Vec<WarehouseStock>,
}

/// The articles of one warehouse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WarehouseStock {
    /// Which one.
    pub code: WarehouseCode,
    /// Distinct by `codigo`.
    pub articles: Vec<Article>,
    /// Articles that the source has and that could not be read. Where there are any, articles that are not among the others
    /// stay as they were.
    pub unreadable: u64,
}

impl Warehouse {
    /// Makes the stock of the snapshot's warehouses exactly this, adds what changed to the history, covers the half
    /// hour and ends the run `exitoso`; all or nothing. Gives the number of articles.
    pub async fn commit_stock_snapshot(&self, end: RunEnd, snapshot: StockSnapshot) -> Result<u64> {
        self.commit_stock(end, snapshot, None).await
    }

    /// The same of a snapshot that is not whole, as the message says: a warehouse is missing, or has articles that cannot be read and
    /// stays as old as it was. Nothing is covered, and the run ends `parcial`.
    pub async fn commit_partial_stock(&self, end: RunEnd, snapshot: StockSnapshot, message: RunMessage) -> Result<u64> {
        self.commit_stock(end, snapshot, Some(message)).await
    }

    async fn commit_stock(&self, end: RunEnd, snapshot: StockSnapshot, message: Option<RunMessage>) -> Result<u64> {
        self.write("reemplazar_existencias", move |transaction| {
            let started = Instant::now();
            let mut loaded = 0;
            for warehouse in &snapshot.warehouses {
                replace_stock(transaction, &end, &snapshot, warehouse)?;
                if warehouse.unreadable == 0 {
                    remember(transaction, &snapshot, warehouse)?;
                }
                loaded += warehouse.articles.len() as u64;
            }
            let ended_at = end.clock.now();
            if message.is_none() {
                cover(transaction, EtlKind::Inventory, &snapshot.branch, snapshot.interval, end.run, ended_at)?;
            }
            end_run(
                transaction,
                &EndRow {
                    run: end.run,
                    ended_at,
                    state: if message.is_none() { RunState::Succeeded } else { RunState::Partial },
                    extracted: Some(end.extracted),
                    announced: end.announced,
                    http_status: None,
                    loaded: Some(loaded),
                    class: message.is_some().then_some(ErrorClass::InvalidData),
                    message: message.as_ref(),
                    phases: end.phases,
                    load: started.elapsed(),
                    changes: None,
                },
            )?;
            Ok(loaded)
        })
        .await
    }

    /// When the stock of each warehouse of each branch was last taken.
    pub async fn stock_freshness(&self) -> Result<Vec<(BranchId, WarehouseCode, Timestamp)>> {
        self.read("frescura_existencias", |connection| {
            let mut statement = connection.prepare(
                "SELECT ubicacion_id, codigo_almacen, epoch_us(capturado_en) FROM fotos_de_almacen ORDER BY 1, 2, 3",
            )?;
            let mut rows = statement.query([])?;
            let mut fresh = Vec::new();
            while let Some(row) = rows.next()? {
                fresh.push((
                    BranchId::new(row.get::<_, String>(0)?),
                    WarehouseCode::new(row.get::<_, String>(1)?),
                    instant("capturado_en", row.get(2)?)?,
                ));
            }
            Ok(fresh)
        })
        .await
    }
}

/// The last snapshot of a warehouse. Its articles are few thousand: whether a snapshot has others is not seen by their number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastSnapshot {
    /// Which warehouse.
    pub warehouse: WarehouseCode,
    /// The articles that are loaded of it, by their code.
    pub articles: HashMap<String, KnownArticle>,
    /// Articles that snapshots since a moment have removed, and none has brought back.
    pub gone: u64,
    /// Number of articles of a later snapshot that was rejected for having too few, and when it was first received.
    pub doubted: Option<(u64, Timestamp)>,
}

impl Warehouse {
    /// The last snapshot of each warehouse of a branch, with what was removed since a moment.
    pub async fn last_snapshots(&self, branch: BranchId, since: Timestamp) -> Result<Vec<LastSnapshot>> {
        self.read("ultimas_fotos", move |connection| {
            let mut statement = connection.prepare(
                "SELECT codigo_almacen, articulos_en_duda, epoch_us(en_duda_desde)
                 FROM fotos_de_almacen WHERE ubicacion_id = ? ORDER BY 1",
            )?;
            let mut rows = statement.query([branch.as_str()])?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                let doubted_at = row.get::<_, Option<i64>>(2)?.map(|at| instant("en_duda_desde", at)).transpose()?;
                let doubted = row.get::<_, Option<u64>>(1)?.zip(doubted_at);
                let warehouse = row.get::<_, String>(0)?;
                let articles = articles_of(connection, &branch, &warehouse)?;
                let removed = removed_since(connection, &branch, &warehouse, since)?;
                let gone = removed.iter().filter(|code| !articles.contains_key(*code)).count() as u64;
                found.push(LastSnapshot { warehouse: WarehouseCode::new(warehouse), articles, gone, doubted });
            }
            Ok(found)
        })
        .await
    }

    /// Records a snapshot that was rejected, by its number of articles.
    pub async fn doubt_snapshot(
        &self,
        branch: BranchId,
        warehouse: WarehouseCode,
        articles: u64,
        since: Timestamp,
    ) -> Result<()> {
        self.write("poner_foto_en_duda", move |transaction| {
            transaction.execute(
                "UPDATE fotos_de_almacen SET articulos_en_duda = ?, en_duda_desde = make_timestamptz(?::BIGINT)
                 WHERE ubicacion_id = ? AND codigo_almacen = ?",
                params![articles, micros(since), branch.as_str(), warehouse.as_str()],
            )?;
            Ok(())
        })
        .await
    }
}

fn articles_of(connection: &Connection, branch: &BranchId, warehouse: &str) -> Result<HashMap<String, KnownArticle>> {
    let mut statement = connection.prepare(
        "SELECT codigo, (stock * 1000000)::BIGINT, (precio * 1000000)::BIGINT FROM stock_actual
         WHERE ubicacion_id = ? AND codigo_almacen = ?",
    )?;
    let articles = statement.query_map(params![branch.as_str(), warehouse], |row| {
        Ok((row.get(0)?, KnownArticle { stock: row.get(1)?, price: row.get(2)? }))
    })?;
    Ok(articles.collect::<std::result::Result<_, _>>()?)
}

fn removed_since(
    connection: &Connection,
    branch: &BranchId,
    warehouse: &str,
    since: Timestamp,
) -> Result<HashSet<String>> {
    let mut statement = connection.prepare(&with_values(
        "SELECT DISTINCT codigo FROM stock_historico
         WHERE ubicacion_id = ? AND codigo_almacen = ? AND stock IS NULL AND capturado_en >= make_timestamptz(?)",
        &[&branch, &warehouse, &micros(since)],
    ))?;
    let codes = statement.query_map([], |row| row.get(0))?;
    Ok(codes.collect::<std::result::Result<_, _>>()?)
}

/// That a warehouse has answered, also one that has nothing.
fn remember(connection: &Connection, snapshot: &StockSnapshot, warehouse: &WarehouseStock) -> Result<()> {
    let (branch, code) = (snapshot.branch.as_str(), warehouse.code.as_str());
    connection
        .execute("DELETE FROM fotos_de_almacen WHERE ubicacion_id = ? AND codigo_almacen = ?", params![branch, code])?;
    connection.execute(
        "INSERT INTO fotos_de_almacen VALUES (?, ?, make_timestamptz(?::BIGINT), ?, NULL, NULL)",
        params![branch, code, micros(snapshot.captured_at), warehouse.articles.len() as u64],
    )?;
    Ok(())
}

fn replace_stock(
    connection: &Connection,
    end: &RunEnd,
    snapshot: &StockSnapshot,
    warehouse: &WarehouseStock,
) -> Result<()> {
    let (branch, code, run) = (snapshot.branch.as_str(), warehouse.code.as_str(), end.run.to_string());
    let captured = micros(snapshot.captured_at);
    connection.replace_temporary_table(
        "carga_articulos",
        "(
            codigo VARCHAR, nombre_producto VARCHAR, barra VARCHAR, categoria VARCHAR, descripcion_categoria VARCHAR,
            subcategoria VARCHAR, descripcion VARCHAR, marca VARCHAR,
            precio DECIMAL(18, 6), iva DECIMAL(18, 6), stock DECIMAL(18, 6))",
    )?;
    append(connection, "carga_articulos", article_columns(&warehouse.articles)?)?;
    // What did not come is gone, unless it may be among what cannot be read.
    let is_whole = warehouse.unreadable == 0;
    months::make(connection, "stock_historico", [TimeZone::UTC.to_datetime(snapshot.captured_at).date()])?;
    connection.execute(
        "INSERT INTO stock_historico
         SELECT ?, ?, coalesce(ahora.codigo, antes.codigo), ahora.stock, ahora.precio, make_timestamptz(?::BIGINT), ?::UUID
         FROM (SELECT * FROM stock_actual WHERE ubicacion_id = ? AND codigo_almacen = ?) AS antes
         FULL JOIN carga_articulos AS ahora ON antes.codigo = ahora.codigo
         WHERE (?::BOOLEAN OR ahora.codigo IS NOT NULL) AND (
            antes.codigo IS NULL OR ahora.codigo IS NULL
            OR antes.stock IS DISTINCT FROM ahora.stock OR antes.precio IS DISTINCT FROM ahora.precio)",
        params![branch, code, captured, run, branch, code, is_whole],
    )?;
    connection.execute(
        "DELETE FROM stock_actual WHERE ubicacion_id = ? AND codigo_almacen = ?
            AND (?::BOOLEAN OR codigo IN (SELECT codigo FROM carga_articulos))",
        params![branch, code, is_whole],
    )?;
    connection.execute(
        "INSERT INTO stock_actual
         SELECT ?, ?, codigo, stock, precio, make_timestamptz(?::BIGINT), ?::UUID FROM carga_articulos",
        params![branch, code, captured, run],
    )?;
    // Only articles that differ are written: most snapshots change no product.
    connection.replace_temporary_table(
        "productos_nuevos",
        "AS SELECT codigo, nombre_producto, barra, categoria, descripcion_categoria, subcategoria, descripcion, marca, precio, iva
         FROM carga_articulos
         EXCEPT SELECT codigo, nombre_producto, barra, categoria, descripcion_categoria, subcategoria, descripcion, marca,
            precio, iva FROM productos",
    )?;
    connection.execute_batch("DELETE FROM productos WHERE codigo IN (SELECT codigo FROM productos_nuevos)")?;
    connection.execute(
        "INSERT INTO productos SELECT *, make_timestamptz(?::BIGINT) FROM productos_nuevos",
        params![captured],
    )?;
    connection.execute_batch("DROP TABLE productos_nuevos; DROP TABLE carga_articulos")?;
    Ok(())
}
