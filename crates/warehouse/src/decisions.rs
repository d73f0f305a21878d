//! `decisiones`: what people decided. Rows are added in the transaction that does what was decided, and never change; the chain
//! of the audit has each of them as well (adr/0046).
//!
//! Batches that somebody asked for and what was done with plans are decisions too; they have tables of their own, `lotes`
//! and `planes_decisiones`, and are shown with these.

use crate::database::{Connection, Row, ToValue, Value, params};
use domain::BranchId;
use domain::decision::{DecisionAction, DecisionCursor, DecisionFilter, Origin};
use jiff::Timestamp;
use uuid::Uuid;

use crate::audit_chain::{self, StoredAuditEntry};
use crate::instants::{instant, micros, named, unique};
use crate::set_aside::ReadRow;
use crate::{Result, Warehouse};

/// Something that was decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDecision {
    /// Which one.
    pub id: Uuid,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub actor: String,
    /// From where.
    pub origin: Origin,
    /// Their address, where they came over the network; the audit has it.
    pub address: Option<String>,
    /// What was done.
    pub action: DecisionAction,
    /// To what, for people.
    pub object: String,
    /// A JSON object with the particulars; `ubicacion_id` names the store where it is about one.
    pub detail: String,
}

/// A decision as it is listed; the action may be another part's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecisionRow {
    /// Which one.
    pub id: Uuid,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub actor: String,
    /// From where.
    pub origin: Origin,
    /// What was done.
    pub action: String,
    /// The store it is about, where it is about one.
    pub branch: Option<BranchId>,
    /// To what, for people.
    pub object: String,
    /// A JSON object with the particulars.
    pub detail: String,
}

/// Adds a decision, in the transaction that does it.
pub(crate) fn record(connection: &Connection, decision: &NewDecision) -> Result<()> {
    connection
        .prepare(
            "INSERT INTO decisiones (id, momento, actor, origen, accion, objeto, detalle)
             VALUES (?::UUID, make_timestamptz(?::BIGINT), ?, ?, ?, ?, ?)",
        )?
        .execute(params![
            decision.id.to_string(),
            micros(decision.at),
            decision.actor,
            decision.origin.as_str(),
            decision.action.as_str(),
            decision.object,
            decision.detail,
        ])?;
    audit_chain::append(connection, &decision.into())
}

impl From<&NewDecision> for StoredAuditEntry {
    fn from(decision: &NewDecision) -> Self {
        Self {
            order: None,
            hash: None,
            id: decision.id.to_string(),
            at_micros: micros(decision.at),
            actor: decision.actor.clone(),
            origin: decision.origin.as_str().to_owned(),
            address: decision.address.clone(),
            action: decision.action.as_str().to_owned(),
            object: decision.object.clone(),
            times: 1,
            detail: Some(decision.detail.clone()),
        }
    }
}

/// Decisions, and the batches that somebody asked for. A batch of an earlier version does not say from where: pages and the
/// system asked under names of their own, and everybody else on a command line. What schedules queue is no decision, and the batch of a plan
/// is said by the plan's.
const EVERYTHING: &str = "
    SELECT id, momento, actor, origen, accion, json_extract_string(detalle, '$.ubicacion_id') AS ubicacion_id, objeto, detalle
    FROM decisiones
    UNION ALL
    SELECT lotes.id, any_value(lotes.creado_en) AS momento, coalesce(any_value(lotes.solicitado_por), 'sistema') AS actor,
        coalesce(any_value(lotes.origen), CASE coalesce(any_value(lotes.solicitado_por), 'sistema')
            WHEN 'web' THEN 'web' WHEN 'sistema' THEN 'sistema' ELSE 'consola' END) AS origen,
        any_value(lotes.motivo) AS accion,
        CASE WHEN count(DISTINCT ubicacion_id) = 1 THEN any_value(ubicacion_id) END AS ubicacion_id,
        concat_ws(' ', any_value(etl_tipo),
            CASE WHEN count(DISTINCT ubicacion_id) = 1 THEN any_value(ubicacion_id) ELSE count(DISTINCT ubicacion_id) || ' tiendas' END,
            (array_agg(fecha_desde || ' ' || hora_desde ORDER BY ventana_desde))[1], 'a',
            (array_agg(fecha_hasta || ' ' || hora_hasta ORDER BY ventana_hasta DESC))[1]) AS objeto,
        '{\"lote_id\":\"' || lotes.id || '\",\"ejecuciones\":' || count(*) || '}' AS detalle
    FROM lotes JOIN etl_ejecuciones ON etl_ejecuciones.lote_id = lotes.id
    WHERE lotes.motivo NOT IN ('programada', 'reconciliacion', 'conciliacion') AND lotes.id NOT IN (SELECT id FROM planes)
    GROUP BY lotes.id
    UNION ALL
    SELECT md5(concat_ws(' ', hecho.plan_id, hecho.accion, epoch_us(hecho.en)))::UUID AS id, hecho.en AS momento, hecho.actor,
        hecho.origen, 'plan_' || hecho.accion AS accion, alcance.ubicacion_id,
        concat_ws(' ', planes.etl_tipo, coalesce(alcance.ubicacion_id, alcance.tiendas || ' tiendas'),
            CASE planes.ventanas WHEN 1 THEN '1 ventana' ELSE planes.ventanas || ' ventanas' END) AS objeto,
        {plan_detail} AS detalle
    FROM planes_decisiones AS hecho JOIN planes ON planes.id = hecho.plan_id JOIN (
        SELECT plan_id, count(DISTINCT ubicacion_id) AS tiendas,
            CASE WHEN count(DISTINCT ubicacion_id) = 1 THEN any_value(ubicacion_id) END AS ubicacion_id
        FROM planes_alcance GROUP BY plan_id) AS alcance ON alcance.plan_id = planes.id
    WHERE hecho.accion <> 'propuesto'";

/// The particulars of what was done with a plan, as a JSON object.
const PLAN_DETAIL: &str = "to_json({plan_id: hecho.plan_id::VARCHAR, plan_hash: hecho.hash, motivo: hecho.motivo,
    causa: hecho.causa::JSON})::VARCHAR";
const PLAN_DETAIL_OF_POSTGRES: &str =
    "json_build_object('plan_id', hecho.plan_id, 'plan_hash', hecho.hash, 'motivo', hecho.motivo,
    'causa', hecho.causa::json)::text";

impl Warehouse {
    /// One page of decisions, the latest first, and the cursor of the next page.
    pub async fn decisions(&self, filter: DecisionFilter) -> Result<(Vec<DecisionRow>, Option<DecisionCursor>)> {
        self.read("decisiones", move |connection| {
            let (mut found, read) = page(connection, &filter)?;
            let limit = filter.limit as usize;
            // Also where one of them was set aside.
            let more = read > limit;
            found.truncate(limit);
            let next = found.last().filter(|_| more).map(|last| DecisionCursor { at: last.at, id: last.id });
            Ok((found, next))
        })
        .await
    }
}

/// A page, and how many rows were read for it.
fn page(connection: &Connection, filter: &DecisionFilter) -> Result<(Vec<DecisionRow>, usize)> {
    let mut conditions = vec!["true"];
    let mut values: Vec<Value> = Vec::new();
    if let Some(branch) = &filter.branch {
        conditions.push("ubicacion_id = ?");
        values.push(branch.as_str().to_value());
    }
    if let Some(action) = &filter.action {
        conditions.push("accion = ?");
        values.push(action.to_value());
    }
    if let Some(actor) = &filter.actor {
        conditions.push("contains(lower(actor), lower(?))");
        values.push(actor.to_value());
    }
    if let Some(cursor) = filter.cursor {
        conditions.push(
            "(momento < make_timestamptz(?::BIGINT) OR (momento = make_timestamptz(?::BIGINT) AND id < ?::UUID))",
        );
        values.push(micros(cursor.at).to_value());
        values.push(micros(cursor.at).to_value());
        values.push(cursor.id.to_string().to_value());
    }
    let everything = EVERYTHING.replace("{plan_detail}", connection.choose(PLAN_DETAIL, PLAN_DETAIL_OF_POSTGRES));
    // One more than requested shows whether there is a next page.
    let sql = format!(
        "SELECT id::VARCHAR, epoch_us(momento), actor, origen, accion, ubicacion_id, objeto, detalle FROM ({everything}) AS todas
         WHERE {} ORDER BY momento DESC, id DESC LIMIT {}",
        conditions.join(" AND "),
        filter.limit + 1
    );
    let mut statement = connection.prepare(&sql)?;
    let mut rows = statement.query(values)?;
    let (mut found, mut read) = (Vec::new(), 0);
    while let Some(row) = rows.next()? {
        read += 1;
        found.extend(decision(row).or_set_aside("decisiones")?);
    }
    Ok((found, read))
}

fn decision(row: &Row<'_>) -> Result<DecisionRow> {
    Ok(DecisionRow {
        id: unique("id", &row.get::<_, String>(0)?)?,
        at: instant("momento", row.get(1)?)?,
        actor: row.get(2)?,
        origin: named("origen", &row.get::<_, String>(3)?)?,
        action: row.get(4)?,
        branch: row.get::<_, Option<String>>(5)?.map(BranchId::new),
        object: row.get(6)?,
        detail: row.get(7)?,
    })
}
