//! What somebody wants recovered, and how a dialog names it.

use domain::BranchId;
use domain::read_model::{GapView, PlanPeriod};
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
    /// Whatever is missing of the last days.
    LastDays(u32),
}

impl Asked {
    /// The periods to look at; none for the last days.
    pub fn periods(&self) -> Vec<PlanPeriod> {
        match self {
            Self::Gap(gap) => vec![period_of(gap)],
            Self::Selection(gaps) => gaps.iter().map(period_of).collect(),
            Self::LastDays(_) => Vec::new(),
        }
    }

    /// Its store, where it is one gap.
    pub fn branch(&self) -> Option<&BranchId> {
        match self {
            Self::Gap(gap) => Some(&gap.ubicacion_id),
            Self::Selection(_) | Self::LastDays(_) => None,
        }
    }

    /// How many days back, where it is days.
    pub const fn days(&self) -> Option<u32> {
        match self {
            Self::LastDays(days) => Some(*days),
            Self::Gap(_) | Self::Selection(_) => None,
        }
    }

    /// The title of the dialog.
    pub const fn title(&self, language: Language) -> &'static str {
        match self {
            Self::Gap(_) => language.recover().title(),
            Self::Selection(_) => language.plan().title_selection(),
            Self::LastDays(_) => language.plan().title_everything(),
        }
    }

    /// What would be done, in a sentence.
    pub const fn question(&self, language: Language) -> &'static str {
        match self {
            Self::Gap(_) => language.recover().question(),
            Self::Selection(_) | Self::LastDays(_) => language.plan().question_many(),
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

/// What was asked for, where it is not one gap.
pub fn facts_of_many(asked: &Asked) -> Option<AnyView> {
    let language = language();
    let texts = language.plan();
    let (term, text) = match asked {
        Asked::Gap(_) => return None,
        Asked::Selection(gaps) => (texts.gaps(), whole(language, gaps.len() as u64)),
        Asked::LastDays(days) => (texts.period(), texts.last_days(days)),
    };
    Some(view! { <dl class="facts"><dt>{term}</dt><dd>{text}</dd></dl> }.into_any())
}
