//! What somebody wants recovered, as a form says it.

use domain::BranchId;
use domain::read_model::{BranchChoice, GapList, GapView, PlanPeriod};
use leptos::prelude::*;
use rust_decimal::Decimal;

use super::super::chosen_cells::{PERIOD_DAYS_MAX, periods_of};
use crate::api::{ApiError, list_gaps};
use crate::format::whole;
use crate::i18n::Language;
use crate::preferences::language;
use crate::query::GAPS;
use crate::values::Values;
use crate::views::{gap_facts, may_operate_everywhere, may_operate_store};

/// What goes along from step to step as it is.
const CARRIED: [&str; 9] = ["que", "uno", "gap", "celda", "etl_tipo", "ubicacion_id", "max_horas", "ordenar", "volver"];
/// When the one gap ends that was asked for, in seconds since 1970.
const END: &str = "uno_hasta";
/// The fields of days, which a person may change.
const DAYS: [&str; 3] = ["tienda", "desde", "hasta"];

/// What somebody wants recovered.
pub enum Asked {
    /// One gap.
    Gap(Box<GapView>),
    /// Some gaps.
    Selection(Vec<GapView>),
    /// Whatever is missing of the last days, of a store or of all, with what it is worth in USD.
    LastDays(u32, Option<BranchChoice>, Decimal),
    /// Cells of the grid: days of stores, or parts of days.
    Cells(Vec<PlanPeriod>),
    /// Days of a store, or of all, with the stores to choose from.
    Days(Vec<BranchChoice>, PlanPeriod),
}

/// The fields that say it, for the next step. Of one gap its end goes along: what is left of it by then is asked for.
pub fn hidden(values: &Values, asked: Option<&Asked>) -> AnyView {
    let end = match asked {
        Some(Asked::Gap(gap)) => Some(gap.fin.as_second().to_string()),
        _ => values.get(END),
    };
    let end = end.map(|end| view! { <input type="hidden" name=END value=end/> });
    view! { {carried(values, &CARRIED)} {end} }.into_any()
}

/// The days as they are, for a step in which nobody changes them.
pub fn days(values: &Values) -> AnyView {
    carried(values, &DAYS)
}

fn carried(values: &Values, names: &[&'static str]) -> AnyView {
    let field = |name: &'static str, value: &str| view! { <input type="hidden" name=name value=value.to_owned()/> };
    // Rows that are chosen say nothing where one gap or something else is asked for.
    let names = names.iter().filter(|name| **name != "gap" || is_selection(values));
    names
        .flat_map(|name| values.all(name).map(|value| field(name, value)).collect::<Vec<_>>())
        .collect_view()
        .into_any()
}

fn is_selection(values: &Values) -> bool {
    !values.is_set("uno") && values.get("que").as_deref() == Some("seleccion")
}

impl Asked {
    /// Of a form. Gaps are looked up in the list that they were shown in: what has gone from it is not asked for any more.
    pub async fn of(values: &Values) -> Result<Self, ApiError> {
        let query = values.query(GAPS);
        let get = |name| query.get(name);
        let list = list_gaps(get("etl_tipo"), get("ubicacion_id"), get("max_horas"), None, None).await?;
        let asked = match (values.get("uno"), values.get("que").as_deref()) {
            (Some(one), _) => Self::left_of(&one, values.get(END).as_deref(), list.gaps),
            (None, Some("celdas")) => Self::Cells(periods_of(values.all("celda"))),
            (None, Some("todo")) => Self::everything(&list, get("ubicacion_id").as_deref()),
            (None, Some("periodo")) => {
                let today = list.generado_en_local.date().to_string();
                let first = values.get("desde").unwrap_or_else(|| today.clone());
                let last = values.get("hasta").unwrap_or(today);
                let period = PlanPeriod {
                    ubicacion_id: values.get("tienda").map(BranchId::new),
                    fecha_desde: first,
                    fecha_hasta: Some(last),
                    hora_desde: None,
                    hora_hasta: None,
                };
                Self::Days(list.tiendas, period)
            }
            (None, _) => {
                let is_chosen = |gap: &GapView| gap.recuperable && values.all("gap").any(|id| id == gap.id);
                Self::Selection(list.gaps.into_iter().filter(is_chosen).collect())
            }
        };
        Ok(asked)
    }

    /// What is left of one gap. A part of it that is in progress, or loaded, divides it: the parts that are left are others then.
    fn left_of(one: &str, end: Option<&str>, gaps: Vec<GapView>) -> Self {
        let start = one.rsplit('.').next().and_then(|start| start.parse::<i64>().ok());
        let Some((start, end)) = start.zip(end.and_then(|end| end.parse::<i64>().ok())) else {
            let gap = gaps.into_iter().find(|gap| gap.id == one);
            return gap.map_or_else(|| Self::Selection(Vec::new()), |gap| Self::Gap(Box::new(gap)));
        };
        let of_the_same = one.trim_end_matches(|character: char| character.is_ascii_digit());
        let is_left = |gap: &GapView| {
            let is_within = gap.inicio.as_second() < end && gap.fin.as_second() > start;
            gap.recuperable && is_within && gap.id.starts_with(of_the_same)
        };
        let mut left: Vec<GapView> = gaps.into_iter().filter(is_left).collect();
        match (left.len(), left.pop()) {
            (1, Some(gap)) => Self::Gap(Box::new(gap)),
            (_, last) => Self::Selection(left.into_iter().chain(last).collect()),
        }
    }

    /// What the list shows, and not what its filters leave out.
    fn everything(list: &GapList, store: Option<&str>) -> Self {
        let days = list.max_horas.div_ceil(24).clamp(1, PERIOD_DAYS_MAX);
        let is_chosen = |choice: &&BranchChoice| Some(choice.ubicacion_id.as_str()) == store;
        let is_own = |gap: &&GapView| gap.recuperable && may_operate_store(&gap.ubicacion_id);
        let worth = worth_of(list.gaps.iter().filter(is_own));
        Self::LastDays(days, list.tiendas.iter().find(is_chosen).cloned(), worth)
    }

    /// Stores, periods and days back, as a plan is asked for. Periods name their stores themselves.
    pub fn request(&self) -> (Option<Vec<String>>, Vec<PlanPeriod>, Option<u32>) {
        match self {
            Self::Gap(gap) => (None, vec![plan_period(gap)], None),
            Self::Selection(gaps) => (None, gaps.iter().map(plan_period).collect(), None),
            Self::Cells(periods) => (None, periods.clone(), None),
            Self::LastDays(days, store, _) => {
                (store.as_ref().map(|store| vec![store.ubicacion_id.to_string()]), Vec::new(), Some(*days))
            }
            Self::Days(_, period) => (None, vec![period.clone()], None),
        }
    }

    /// Whether a page has said how much is missing of it: the preview has the same number then, without half hours that
    /// have just ended and are on their way.
    pub const fn is_of_pending(&self) -> bool {
        match self {
            Self::LastDays(..) | Self::Cells(_) => true,
            Self::Gap(_) | Self::Selection(_) | Self::Days(..) => false,
        }
    }

    /// What is missing of it in USD, as far as it is known here.
    pub fn worth(&self) -> Option<Decimal> {
        let worth = match self {
            Self::Gap(gap) => worth_of([gap.as_ref()]),
            Self::Selection(gaps) => worth_of(gaps),
            Self::LastDays(.., worth) => *worth,
            Self::Cells(_) | Self::Days(..) => Decimal::ZERO,
        };
        (!worth.is_zero()).then_some(worth)
    }

    /// The title of the step.
    pub const fn title(&self, language: Language) -> &'static str {
        match self {
            Self::Gap(_) => language.recover().title(),
            Self::Selection(_) | Self::Cells(_) => language.plan().title_selection(),
            Self::LastDays(..) => language.plan().title_everything(),
            Self::Days(..) => language.plan().title_period(),
        }
    }

    /// What would be done, and with what.
    pub fn facts(&self) -> AnyView {
        let language = language();
        let (texts, one) = (language.plan(), language.recover());
        let many = |term: &'static str, text: String| {
            view! { <dl class="facts"><dt>{term}</dt><dd>{text}</dd></dl> }.into_any()
        };
        let (question, facts) = match self {
            Self::Gap(gap) => (one.question(), Some(gap_facts(gap, Vec::new()))),
            Self::Selection(gaps) => {
                (texts.question_many(), Some(many(texts.gaps(), whole(language, gaps.len() as u64))))
            }
            Self::Cells(periods) => {
                let mut stores: Vec<_> = periods.iter().filter_map(|period| period.ubicacion_id.as_ref()).collect();
                stores.sort_unstable();
                stores.dedup();
                (texts.question_many(), Some(many(texts.stores(), whole(language, stores.len() as u64))))
            }
            Self::LastDays(days, store, _) => {
                let store =
                    store.as_ref().map_or(stores_without_a_name(language), |store| store.ubicacion_nombre.as_str());
                (texts.question_many(), Some(many(texts.period(), texts.last_days(days, store))))
            }
            Self::Days(..) => (texts.question_many(), None),
        };
        view! { <p>{question}</p> {facts} }.into_any()
    }

    /// The fields of store, first day and last day, where days are asked for.
    pub fn fields(&self, values: &Values) -> Option<AnyView> {
        let Self::Days(branches, period) = self else { return None };
        let texts = language().plan();
        let chosen = values.get("tienda").unwrap_or_default();
        let own = branches.iter().filter(|choice| may_operate_store(&choice.ubicacion_id));
        let stores = own.map(|choice| {
            let identifier = choice.ubicacion_id.to_string();
            let is_chosen = identifier == chosen;
            view! { <option value=identifier selected=is_chosen>{choice.ubicacion_nombre.clone()}</option> }
        });
        let day = |label: &'static str, name: &'static str, value: &str| {
            let identifier = format!("campo-{name}");
            view! {
                <label class="field">
                    <span class="field-label">{label}</span>
                    <input class="input" id=identifier type="date" name=name required value=value.to_owned()/>
                </label>
            }
        };
        let fields = view! {
            <div class="asked-days">
                <label class="field">
                    <span class="field-label">{texts.store()}</span>
                    <select class="select" id="campo-tienda" name="tienda">
                        <option value="">{stores_without_a_name(language())}</option>
                        {stores.collect_view()}
                    </select>
                </label>
                {day(texts.from(), "desde", &period.fecha_desde)}
                {day(texts.to(), "hasta", period.fecha_hasta.as_deref().unwrap_or_default())}
            </div>
        };
        Some(fields.into_any())
    }
}

/// The stores of a recovery that names none: all that the person who requests it may operate.
fn stores_without_a_name(language: Language) -> &'static str {
    if may_operate_everywhere() { language.filter().all_stores() } else { language.plan().own_stores() }
}

fn worth_of<'gaps>(gaps: impl IntoIterator<Item = &'gaps GapView>) -> Decimal {
    gaps.into_iter().filter_map(|gap| gap.valor.as_ref()).map(|value| value.usd).sum()
}

fn plan_period(gap: &GapView) -> PlanPeriod {
    PlanPeriod {
        ubicacion_id: Some(gap.ubicacion_id.clone()),
        fecha_desde: gap.fecha_desde.to_string(),
        fecha_hasta: Some(gap.fecha_hasta.to_string()),
        hora_desde: Some(gap.hora_desde.clone()),
        hora_hasta: Some(gap.hora_hasta.clone()),
    }
}
