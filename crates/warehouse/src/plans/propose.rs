//! A plan is shown.

use crate::database::{Connection, params};
use domain::BatchId;
use domain::plan::{Plan, PlanState};
use domain::{BranchId, Interval, IntervalSet};
use jiff::Timestamp;

use super::{Decision, PlanRecord, plans, record};
use crate::columns::{append, identifiers, instants, text};
use crate::instants::micros;
use crate::{Result, Warehouse};

/// A plan to show.
#[derive(Clone, Debug)]
pub struct NewPlan {
    /// Which, where it was not shown before.
    pub id: BatchId,
    /// Its windows, sealed.
    pub plan: Plan,
    /// Whether the system plans it by itself.
    pub automatic: bool,
    /// Plans that were shown before this moment and never started are forgotten.
    pub forget_before: Timestamp,
}

impl Warehouse {
    /// Keeps a plan, so that it can be started by its hash. One that waits for its start already is taken instead: two
    /// people who are shown the same start the same.
    pub async fn propose_plan(&self, new: NewPlan, decision: Decision) -> Result<PlanRecord> {
        self.write("proponer_plan", move |transaction| {
            forget_proposed(transaction, new.forget_before)?;
            let id = match proposed(transaction, &new)? {
                Some(known) => {
                    if !was_shown_to(transaction, known, &decision.actor)? {
                        record(transaction, known, &decision)?;
                    }
                    known
                }
                None => {
                    insert(transaction, &new, decision.at)?;
                    insert_scope(transaction, &new)?;
                    record(transaction, new.id, &decision)?;
                    new.id
                }
            };
            let mut found = plans(transaction, "WHERE id = ?::UUID", params![id.to_string()])?;
            found.pop().ok_or(crate::WarehouseError::Panicked)
        })
        .await
    }
}

fn forget_proposed(connection: &Connection, before: Timestamp) -> Result<()> {
    let old = "SELECT id FROM planes WHERE estado = 'propuesto' AND propuesto_en < make_timestamptz(?::BIGINT)";
    connection.execute(&format!("DELETE FROM planes_alcance WHERE plan_id IN ({old})"), [micros(before)])?;
    connection.execute(&format!("DELETE FROM planes WHERE id IN ({old})"), [micros(before)])?;
    Ok(())
}

fn proposed(connection: &Connection, new: &NewPlan) -> Result<Option<BatchId>> {
    let latest = plans(connection, "WHERE hash = ? ORDER BY id DESC LIMIT 1", params![new.plan.hash().as_str()])?;
    Ok(latest.first().filter(|plan| plan.state == PlanState::Proposed).map(|plan| plan.id))
}

/// Somebody who looks often is recorded once.
fn was_shown_to(connection: &Connection, plan: BatchId, actor: &str) -> Result<bool> {
    Ok(connection
        .prepare("SELECT count(*) > 0 FROM planes_decisiones WHERE plan_id = ?::UUID AND actor = ?")?
        .query_row(params![plan.to_string(), actor], |row| row.get(0))?)
}

fn insert(connection: &Connection, new: &NewPlan, at: Timestamp) -> Result<()> {
    let options = new.plan.options();
    connection
        .prepare(
            "INSERT INTO planes (id, hash, estado, etl_tipo, repetir_cargado, fuera_de_horario, automatico, ventanas,
                propuesto_en) VALUES (?::UUID, ?, ?, ?, ?, ?, ?, ?, make_timestamptz(?::BIGINT))",
        )?
        .execute(params![
            new.id.to_string(),
            new.plan.hash().as_str(),
            PlanState::Proposed.as_str(),
            new.plan.kind().as_str(),
            options.repeat_loaded,
            options.outside_hours,
            new.automatic,
            new.plan.windows().len() as u64,
            micros(at),
        ])?;
    Ok(())
}

/// In bulk, those that touch as one: a plan may have ten thousand windows.
fn insert_scope(connection: &Connection, new: &NewPlan) -> Result<()> {
    let mut by_branch: std::collections::BTreeMap<&BranchId, Vec<Interval<Timestamp>>> = Default::default();
    for window in new.plan.windows() {
        by_branch.entry(&window.branch).or_default().push(window.interval);
    }
    let mut rows: Vec<(&BranchId, Interval<Timestamp>)> = Vec::new();
    for (branch, intervals) in by_branch {
        let joined: IntervalSet<Timestamp> = intervals.into_iter().collect();
        rows.extend(joined.intervals().iter().map(|part| (branch, *part)));
    }
    append(
        connection,
        "planes_alcance",
        vec![
            ("plan_id", identifiers(&rows, |_| new.id.0)),
            ("ubicacion_id", text(&rows, |(branch, _)| Some(branch.as_str()))),
            ("desde", instants(&rows, |(_, part)| micros(part.start()))),
            ("hasta", instants(&rows, |(_, part)| micros(part.end()))),
        ],
    )
}
