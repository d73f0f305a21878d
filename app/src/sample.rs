//! Read models for tests.

use domain::cause::CauseKind;
use domain::gap::{GapClass, GapState, Urgency};
use domain::read_model::{CauseEvidence, GapView, MonitoringView, WaitingReports};
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
        causa_mensaje: None,
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
        cargadas: None,
        usd_cargado: None,
        usd_ahora: None,
        vista_en_local: None,
        disparo_anterior_local: None,
        disparo_siguiente_local: None,
    }
}

/// So many seconds after a certain moment.
pub fn second(second: i64) -> Timestamp {
    Timestamp::from_second(1_763_395_200 + second).unwrap()
}

/// Monitoring that was started and has sent nothing.
pub fn monitoring() -> MonitoringView {
    MonitoringView {
        reloj: None,
        configurado: true,
        host: Some("sentry.example".to_owned()),
        entorno: Some("production".to_owned()),
        version: Some("klk-tracking@0.1.0".to_owned()),
        alcanzable: None,
        ultimo_envio: None,
        ultimo_envio_local: None,
        ultima_falla: None,
        enviados: Vec::new(),
        en_espera: WaitingReports {
            total: 0,
            por_tipo: Vec::new(),
            bytes: 0,
            mas_antiguo: None,
            mas_antiguo_local: None,
        },
        descartados: Vec::new(),
        monitores: Vec::new(),
        procesos: Vec::new(),
        enlaces: None,
        generado_en: second(0),
        generado_en_local: date(2025, 11, 17).at(12, 0, 0, 0),
    }
}
