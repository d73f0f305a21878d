//! What somebody wants recovered, and how a dialog names it.

use domain::BranchId;
use domain::read_model::{BranchChoice, GapView, PlanPeriod};
use leptos::prelude::*;

use crate::format::whole;
use crate::i18n::Language;
use crate::preferences::language;

/// What somebody wants recovered.
#[derive(Clone, Debug, PartialEq)]
pub enum Asked {
    /// One gap.
    Gap(Box<GapView>),
    /// Some gaps.
    Selection(Vec<GapView>),
    /// Whatever is missing of the last days, of a store or of all.
    LastDays(u32, Option<BranchChoice>),
    /// Days of a store, or of all.
    Days(AskedDays),
}

/// Days of a store, or of all, as somebody fills them in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AskedDays {
    /// None for all.
    pub branch: Option<BranchId>,
    /// The first day, `YYYY-MM-DD`.
    pub first: String,
    /// The last day, `YYYY-MM-DD`.
    pub last: String,
}

impl Asked {
    /// The periods to look at; none for the last days.
    pub fn periods(&self) -> Vec<PlanPeriod> {
        match self {
            Self::Gap(gap) => vec![period_of(gap)],
            Self::Selection(gaps) => gaps.iter().map(period_of).collect(),
            Self::LastDays(..) => Vec::new(),
            Self::Days(days) => vec![PlanPeriod {
                ubicacion_id: days.branch.clone(),
                fecha_desde: days.first.clone(),
                fecha_hasta: Some(days.last.clone()),
                hora_desde: None,
                hora_hasta: None,
            }],
        }
    }

    /// Its store, where it is of one.
    pub fn branch(&self) -> Option<&BranchId> {
        match self {
            Self::Gap(gap) => Some(&gap.ubicacion_id),
            Self::Days(days) => days.branch.as_ref(),
            Self::LastDays(_, store) => store.as_ref().map(|store| &store.ubicacion_id),
            Self::Selection(_) => None,
        }
    }

    /// How many days back, where it is days.
    pub const fn days(&self) -> Option<u32> {
        match self {
            Self::LastDays(days, _) => Some(*days),
            Self::Gap(_) | Self::Selection(_) | Self::Days(_) => None,
        }
    }

    /// The title of the dialog.
    pub const fn title(&self, language: Language) -> &'static str {
        match self {
            Self::Gap(_) => language.recover().title(),
            Self::Selection(_) => language.plan().title_selection(),
            Self::LastDays(..) => language.plan().title_everything(),
            Self::Days(_) => language.plan().title_period(),
        }
    }

    /// What would be done, in a sentence.
    pub const fn question(&self, language: Language) -> &'static str {
        match self {
            Self::Gap(_) => language.recover().question(),
            Self::Selection(_) | Self::LastDays(..) | Self::Days(_) => language.plan().question_many(),
        }
    }
}

fn period_of(gap: &GapView) -> PlanPeriod {
    PlanPeriod {
        ubicacion_id: Some(gap.ubicacion_id.clone()),
        fecha_desde: gap.fecha_desde.to_string(),
        fecha_hasta: Some(gap.fecha_hasta.to_string()),
        hora_desde: Some(gap.hora_desde.clone()),
        hora_hasta: Some(gap.hora_hasta.clone()),
    }
}

/// What was asked for, where it is neither one gap nor filled in.
pub fn facts_of_many(asked: &Asked) -> Option<AnyView> {
    let language = language();
    let texts = language.plan();
    let (term, text) = match asked {
        Asked::Gap(_) | Asked::Days(_) => return None,
        Asked::Selection(gaps) => (texts.gaps(), whole(language, gaps.len() as u64)),
        Asked::LastDays(days, store) => {
            let all = language.filter().all_stores();
            let store = store.as_ref().map_or(all, |store| store.ubicacion_nombre.as_str());
            (texts.period(), texts.last_days(days, store))
        }
    };
    Some(view! { <dl class="facts"><dt>{term}</dt><dd>{text}</dd></dl> }.into_any())
}
