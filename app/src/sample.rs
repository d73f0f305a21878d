//! Read models for tests.

use domain::cause::CauseKind;
use domain::gap::{GapClass, GapState, Urgency};
use domain::read_model::{CauseEvidence, GapView};
use domain::{BranchId, EtlKind};
use jiff::Timestamp;
use jiff::civil::date;

/// A half hour of sales that nobody ever asked for.
pub fn gap() -> GapView {
    let start = Timestamp::from_second(1_763_395_200).unwrap();
    let end = Timestamp::from_second(1_763_397_000).unwrap();
    GapView {
        id: "tienda_01-1763395200".to_owned(),
        clase: GapClass::Coverage,
        etl_tipo: EtlKind::Sales,
        ubicacion_id: BranchId::new("tienda_01"),
        ubicacion_nombre: "PERIFERICO".to_owned(),
        inicio: start,
        fin: end,
        fecha_desde: date(2025, 11, 17),
        fecha_hasta: date(2025, 11, 17),
        hora_desde: "12:00".to_owned(),
        hora_hasta: "12:30".to_owned(),
        ventanas: 1,
        detectado_en: end,
        detectado_en_local: date(2025, 11, 17).at(12, 30, 0, 0),
        antiguedad_horas: 1.0,
        urgencia: Urgency::Recent,
        estado: GapState::Pending,
        causa: "nunca_ejecutado".to_owned(),
        error_tipo: None,
        causa_detalle: None,
        intentos: 0,
        ejecucion_id: None,
        ejecucion_en_curso_id: None,
        recuperable: true,
        valor: None,
        ventanas_sin_historia: 1,
        evidencia: evidence(CauseKind::BeforeWatching),
        facturas_faltantes: Vec::new(),
    }
}

/// A cause without anything that proves it.
pub fn evidence(tipo: CauseKind) -> CauseEvidence {
    CauseEvidence {
        tipo,
        terminada_en_local: None,
        estado_http: None,
        anunciadas: None,
        recibidas: None,
        disparo_anterior_local: None,
        disparo_siguiente_local: None,
    }
}
