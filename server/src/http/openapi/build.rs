//! From the table of endpoints to the document.

use domain::decision::ListedAction;
use domain::gap::GapOrder;
use domain::problem::Problem;
use domain::read_model::{
    BackupRequest, BackupStatus, CalendarAnswer, CalendarList, CalendarPreview, CalendarRequest, Comparison,
    ConfirmLossAnswer, ConfirmLossRequest, Connectivity, CoverageDay, DecisionPage, FreshnessList, GapCount, GapList,
    HolidayAnswer, HolidayRequest, JustificationList, JustificationPreview, JustificationPreviewRequest, JustifyAnswer,
    JustifyRequest, JustifySelectionAnswer, JustifySelectionRequest, Metrics, MonitoringTrialRequest, MonitoringView,
    PlanDetail, PlanHashRequest, PlanList, PlanPreview, PlanRequest, Progress, ReconcileAnswer, ReconcileRequest,
    ReconciliationList, RecoverGapAnswer, RecoverGapRequest, RunDetail, RunPage, ScheduleList, SessionsEnded, UserCode,
    UserList, UserRequest, UserRoleRequest, WithdrawAnswer, WithdrawRequest,
};
use domain::{EtlKind, RunId, RunMode, RunState};
use utoipa::openapi::path::{HttpMethod, Operation, OperationBuilder, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{ComponentsBuilder, ObjectBuilder, Schema, Type};
use utoipa::openapi::{
    ContentBuilder, InfoBuilder, OpenApi, OpenApiBuilder, PathsBuilder, Ref, RefOr, Required, ResponseBuilder,
};
use utoipa::{PartialSchema, ToSchema};

use crate::http::health::Health;

const JSON: &str = "application/json";
const PROBLEM: &str = "Problem";

/// One endpoint.
pub(super) struct Endpoint {
    pub path: &'static str,
    pub summary: &'static str,
    pub parameters: &'static [Parameter],
    /// The name of the body's schema; an endpoint with a body is a POST.
    pub body: Option<&'static str>,
    /// None where it never ends well.
    pub answer: Option<Answer>,
    /// Statuses of its problems.
    pub problems: &'static [u16],
}

/// What comes where all is well.
#[derive(Clone, Copy)]
pub(super) struct Answer {
    media_type: &'static str,
    schema: Option<&'static str>,
}

/// A parameter of the query string.
pub(super) struct Parameter {
    pub name: &'static str,
    pub values: Values,
    pub meaning: &'static str,
}

/// What a parameter may be.
pub(super) enum Values {
    Text,
    /// A run's identifier; the only parameter that has to be there.
    Run,
    Number {
        default: u32,
        least: u32,
        most: u32,
    },
    Kinds,
    Modes,
    States,
    Orders,
    Actions,
}

pub(super) const RUNS: Answer = Answer::json("RunPage");
pub(super) const RUN: Answer = Answer::json("RunDetail");
pub(super) const MONITORING: Answer = Answer::json("MonitoringView");
pub(super) const GAPS: Answer = Answer::json("GapList");
pub(super) const GAP_COUNT: Answer = Answer::json("GapCount");
pub(super) const COVERAGE: Answer = Answer::json("CoverageDay");
pub(super) const METRICS: Answer = Answer::json("Metrics");
pub(super) const SCHEDULES: Answer = Answer::json("ScheduleList");
pub(super) const PROGRESS: Answer = Answer::json("Progress");
pub(super) const CONNECTIVITY: Answer = Answer::json("Connectivity");
pub(super) const RECOVERED: Answer = Answer::json("RecoverGapAnswer");
pub(super) const PLANS: Answer = Answer::json("PlanList");
pub(super) const PLAN: Answer = Answer::json("PlanDetail");
pub(super) const PLAN_PREVIEW: Answer = Answer::json("PlanPreview");
pub(super) const PLAN_STATE: Answer = Answer::json("PlanView");
pub(super) const JUSTIFICATIONS: Answer = Answer::json("JustificationList");
pub(super) const JUSTIFIED: Answer = Answer::json("JustifyAnswer");
pub(super) const LOSS_CONFIRMED: Answer = Answer::json("ConfirmLossAnswer");
pub(super) const WITHDRAWN: Answer = Answer::json("WithdrawAnswer");
pub(super) const DECISIONS: Answer = Answer::json("DecisionPage");
pub(super) const JUSTIFICATION_PREVIEW: Answer = Answer::json("JustificationPreview");
pub(super) const SELECTION_JUSTIFIED: Answer = Answer::json("JustifySelectionAnswer");
pub(super) const COMPARED: Answer = Answer::json("Comparison");
pub(super) const RECONCILIATIONS: Answer = Answer::json("ReconciliationList");
pub(super) const RECONCILED: Answer = Answer::json("ReconcileAnswer");
pub(super) const CALENDARS: Answer = Answer::json("CalendarList");
pub(super) const CALENDAR_PREVIEW: Answer = Answer::json("CalendarPreview");
pub(super) const CALENDAR_CHANGED: Answer = Answer::json("CalendarAnswer");
pub(super) const HOLIDAY_CHANGED: Answer = Answer::json("HolidayAnswer");
pub(super) const FRESHNESS: Answer = Answer::json("FreshnessList");
pub(super) const BACKUP: Answer = Answer::json("BackupStatus");
pub(super) const USERS: Answer = Answer::json("UserList");
pub(super) const USER: Answer = Answer::json("UserSummary");
pub(super) const USER_CODE: Answer = Answer::json("UserCode");
pub(super) const SESSIONS_ENDED: Answer = Answer::json("SessionsEnded");
pub(super) const HEALTH: Answer = Answer::json("Health");
pub(super) const EVENTS: Answer = Answer { media_type: "text/event-stream", schema: None };
pub(super) const BODY_BACKUP: &str = "BackupRequest";
pub(super) const BODY_USER: &str = "UserRequest";
pub(super) const BODY_USER_ROLE: &str = "UserRoleRequest";
pub(super) const BODY_PLAN: &str = "PlanRequest";
pub(super) const BODY_PLAN_HASH: &str = "PlanHashRequest";
pub(super) const BODY_RECOVER_GAP: &str = "RecoverGapRequest";
pub(super) const BODY_MONITORING_TRIAL: &str = "MonitoringTrialRequest";
pub(super) const BODY_CALENDAR: &str = "CalendarRequest";
pub(super) const BODY_HOLIDAY: &str = "HolidayRequest";
pub(super) const BODY_JUSTIFY: &str = "JustifyRequest";
pub(super) const BODY_JUSTIFICATION_PREVIEW: &str = "JustificationPreviewRequest";
pub(super) const BODY_JUSTIFY_SELECTION: &str = "JustifySelectionRequest";
pub(super) const BODY_CONFIRM_LOSS: &str = "ConfirmLossRequest";
pub(super) const BODY_WITHDRAW: &str = "WithdrawRequest";
pub(super) const BODY_RECONCILE: &str = "ReconcileRequest";

impl Answer {
    const fn json(schema: &'static str) -> Self {
        Self { media_type: JSON, schema: Some(schema) }
    }
}

/// The whole document.
pub(super) fn document(endpoints: &[Endpoint]) -> OpenApi {
    let info = InfoBuilder::new()
        .title("KLK Tracking")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some("Si cada media hora de ventas y cada inventario llegó, y cómo recuperarlo."))
        .build();
    let paths = endpoints.iter().fold(PathsBuilder::new(), |paths, endpoint| {
        let method = if endpoint.body.is_some() { HttpMethod::Post } else { HttpMethod::Get };
        paths.path(endpoint.path, PathItem::new(method, operation(endpoint)))
    });
    let components = ComponentsBuilder::new().schemas_from_iter(schemas()).build();
    OpenApiBuilder::new().info(info).paths(paths.build()).components(Some(components)).build()
}

fn operation(endpoint: &Endpoint) -> Operation {
    let mut operation = OperationBuilder::new().summary(Some(endpoint.summary));
    if let Some(answer) = endpoint.answer {
        operation = operation.response("200", well(answer));
    }
    for parameter in endpoint.parameters {
        operation = operation.parameter(
            ParameterBuilder::new()
                .name(parameter.name)
                .parameter_in(ParameterIn::Query)
                .required(if parameter.values.is_required() { Required::True } else { Required::False })
                .description(Some(parameter.meaning))
                .schema(Some(parameter.values.schema()))
                .build(),
        );
    }
    // What everybody may ask for is not below it.
    let signed_in: &[u16] = if endpoint.path.starts_with("/api/") { &[401] } else { &[] };
    for status in signed_in.iter().chain(endpoint.problems) {
        let problem = ContentBuilder::new().schema(Some(reference(PROBLEM))).build();
        let response = ResponseBuilder::new().description(problem_meaning(*status)).content(JSON, problem).build();
        operation = operation.response(status.to_string(), response);
    }
    let body = endpoint.body.map(|name| {
        let content = ContentBuilder::new().schema(Some(reference(name))).build();
        RequestBodyBuilder::new().content(JSON, content).required(Some(Required::True)).build()
    });
    operation.request_body(body).build()
}

fn well(answer: Answer) -> utoipa::openapi::Response {
    let schema: Option<RefOr<Schema>> = match answer.schema {
        Some(name) => Some(reference(name)),
        None => Some(ObjectBuilder::new().schema_type(Type::String).into()),
    };
    let content = ContentBuilder::new().schema(schema).build();
    ResponseBuilder::new().description("Bien").content(answer.media_type, content).build()
}

impl Values {
    const fn is_required(&self) -> bool {
        matches!(self, Self::Run)
    }

    fn schema(&self) -> RefOr<Schema> {
        match *self {
            Self::Text => ObjectBuilder::new().schema_type(Type::String).into(),
            Self::Run => RunId::schema(),
            Self::Number { default, least, most } => ObjectBuilder::new()
                .schema_type(Type::Integer)
                .minimum(Some(least))
                .maximum(Some(most))
                .default(Some(default.into()))
                .into(),
            Self::Kinds => EtlKind::schema(),
            Self::Modes => RunMode::schema(),
            Self::States => RunState::schema(),
            Self::Orders => GapOrder::schema(),
            Self::Actions => ListedAction::schema(),
        }
    }
}

const fn problem_meaning(status: u16) -> &'static str {
    match status {
        401 => "Hace falta una sesión, o un token en Authorization: Bearer",
        403 => "No se permite",
        404 => "No existe (la tienda, por ejemplo)",
        409 => "No se puede en el estado actual",
        413 => "El cuerpo es demasiado grande",
        422 => "Un parámetro no se puede leer o está fuera de sus límites",
        503 => "Se alcanzó un límite; intente más tarde",
        _ => "Error interno; la referencia lo encuentra",
    }
}

fn reference(name: &str) -> RefOr<Schema> {
    Ref::from_schema_name(name).into()
}

fn schemas() -> Vec<(String, RefOr<Schema>)> {
    let mut found = Vec::new();
    add::<RunPage>(&mut found);
    add::<RunDetail>(&mut found);
    add::<MonitoringView>(&mut found);
    add::<MonitoringTrialRequest>(&mut found);
    add::<GapList>(&mut found);
    add::<GapCount>(&mut found);
    add::<CoverageDay>(&mut found);
    add::<Metrics>(&mut found);
    add::<ScheduleList>(&mut found);
    add::<Progress>(&mut found);
    add::<Connectivity>(&mut found);
    add::<RecoverGapRequest>(&mut found);
    add::<RecoverGapAnswer>(&mut found);
    add::<PlanRequest>(&mut found);
    add::<PlanHashRequest>(&mut found);
    add::<PlanPreview>(&mut found);
    add::<PlanList>(&mut found);
    add::<PlanDetail>(&mut found);
    add::<JustificationList>(&mut found);
    add::<JustifyRequest>(&mut found);
    add::<JustifyAnswer>(&mut found);
    add::<JustificationPreviewRequest>(&mut found);
    add::<JustificationPreview>(&mut found);
    add::<JustifySelectionRequest>(&mut found);
    add::<JustifySelectionAnswer>(&mut found);
    add::<ConfirmLossRequest>(&mut found);
    add::<ConfirmLossAnswer>(&mut found);
    add::<WithdrawRequest>(&mut found);
    add::<WithdrawAnswer>(&mut found);
    add::<DecisionPage>(&mut found);
    add::<Comparison>(&mut found);
    add::<ReconciliationList>(&mut found);
    add::<ReconcileRequest>(&mut found);
    add::<ReconcileAnswer>(&mut found);
    add::<FreshnessList>(&mut found);
    add::<CalendarList>(&mut found);
    add::<CalendarRequest>(&mut found);
    add::<HolidayRequest>(&mut found);
    add::<HolidayAnswer>(&mut found);
    add::<CalendarPreview>(&mut found);
    add::<CalendarAnswer>(&mut found);
    add::<BackupRequest>(&mut found);
    add::<BackupStatus>(&mut found);
    add::<UserList>(&mut found);
    add::<UserRequest>(&mut found);
    add::<UserRoleRequest>(&mut found);
    add::<UserCode>(&mut found);
    add::<SessionsEnded>(&mut found);
    add::<Problem>(&mut found);
    add::<Health>(&mut found);
    found
}

/// The type's schema, and those that it refers to.
fn add<T: ToSchema>(found: &mut Vec<(String, RefOr<Schema>)>) {
    found.push((T::name().into_owned(), T::schema()));
    T::schemas(found);
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::*;

    fn references(value: &Value, found: &mut BTreeSet<String>) {
        match value {
            Value::Object(map) => {
                found.extend(map.get("$ref").and_then(Value::as_str).map(str::to_owned));
                map.values().for_each(|value| references(value, found));
            }
            Value::Array(list) => list.iter().for_each(|value| references(value, found)),
            _ => {}
        }
    }

    #[test]
    fn every_schema_that_is_referred_to_is_in_the_document() {
        let document = serde_json::to_value(document(crate::http::openapi::endpoints::ALL)).unwrap();
        let mut wanted = BTreeSet::new();
        references(&document, &mut wanted);
        let missing: Vec<_> =
            wanted.iter().filter(|name| document.pointer(name.trim_start_matches('#')).is_none()).collect();
        assert_eq!(missing, Vec::<&String>::new());
        assert!(wanted.len() > 10, "{wanted:?}");
    }
}
