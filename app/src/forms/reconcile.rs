//! Having a day compared with the source.

use domain::BranchId;
use jiff::civil::Date;
use leptos::prelude::*;

use super::{back_of, done};
use crate::api::{ErrorMessage, list_reconciliations, reconcile};
use crate::format::day;
use crate::page::{Outcome, Page};
use crate::pages::reconciliations_page;
use crate::preferences::language;
use crate::query::RECONCILIATIONS;
use crate::values::Values;
use crate::views::Failure;

/// Queues it, and says so above the list.
pub async fn reconcile_day(values: Values) -> Outcome {
    let language = language();
    let texts = language.reconciliations();
    let (store, date) = (values.get("ubicacion_id"), values.get("fecha"));
    match reconcile(store.clone(), date.clone()).await {
        Ok(answer) if answer.lote_id.is_none() => done(back_of(&values, RECONCILIATIONS.path), texts.busy()),
        Ok(_) => {
            let name = name_of(&BranchId::new(store.unwrap_or_default())).await;
            let date = date.unwrap_or_default();
            let date = date.parse::<Date>().map_or(date, |date| day(language, date));
            done(back_of(&values, RECONCILIATIONS.path), texts.asked(name, date))
        }
        Err(error) => {
            let page = reconciliations_page(Values::default()).await;
            let failure = view! { <Failure title=texts.failed().to_owned() message=ErrorMessage::from(&error)/> };
            let content = view! { {failure} {page.content} }.into_any();
            Outcome::Page(Page { content, ..page })
        }
    }
}

/// What a store is called; its identifier where that cannot be had.
async fn name_of(branch: &BranchId) -> String {
    let list = list_reconciliations(None, None).await.ok();
    let known = list.and_then(|list| list.tiendas.into_iter().find(|choice| choice.ubicacion_id == *branch));
    known.map_or_else(|| branch.to_string(), |choice| choice.ubicacion_nombre)
}
