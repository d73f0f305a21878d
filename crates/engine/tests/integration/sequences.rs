//! Invoice numbers that don't follow each other: holes, jumps and restarts, said alike by the list and by every certificate.

use std::collections::BTreeSet;

use domain::certificate::ProofOutcome;
use domain::filter::{CoverageFilter, GapFilter};
use domain::gap::GapClass;
use domain::read_model::{GapView, MissingNumbers};
use domain::sequence::BreakKind;
use domain::{BranchId, EtlKind};
use engine::EngineSettings;
use rstest::rstest;
use serde_json::{Value, json};

use crate::responses::answering;
use crate::support::{World, operator, settings};

/// Invoices of one register, one a minute: the day of November 2025, the hour, the first number and the last.
type Sold = (u8, u8, u64, u64);

const DAYS: [u8; 4] = [14, 15, 16, 17];

#[rstest]
#[case::nothing_is_missing(&[(16, 12, 1, 20), (17, 12, 21, 40)], &[], &[])]
#[case::a_hole_within_a_half_hour(&[(17, 12, 1, 5), (17, 12, 7, 9)], &[(BreakKind::Hole, 6, 6)], &[])]
#[case::a_hole_over_night(&[(16, 12, 1, 20), (17, 12, 25, 40)], &[(BreakKind::Hole, 21, 24)], &[])]
#[case::a_hole_of_three_days(&[(14, 12, 1, 20), (17, 12, 25, 40)], &[(BreakKind::Hole, 21, 24)], &[])]
#[case::the_largest_hole(&[(16, 12, 1, 20), (17, 12, 521, 530)], &[(BreakKind::Hole, 21, 520)], &[])]
#[case::one_more_is_a_jump(&[(16, 12, 1, 20), (17, 12, 522, 530)], &[(BreakKind::Jump, 21, 521)], &[])]
#[case::a_skipped_range(&[(16, 12, 1, 20), (17, 12, 720, 730)], &[(BreakKind::Jump, 21, 719)], &[])]
#[case::a_restart_without_a_loss(&[(16, 12, 280, 300), (17, 12, 1, 29)], &[], &[(300, 1)])]
#[case::a_restart_and_a_hole(&[(16, 12, 280, 300), (17, 12, 1, 9), (17, 13, 21, 29)], &[(BreakKind::Hole, 10, 20)], &[(300, 1)])]
#[case::a_restart_at_numbers_that_were_used(&[(16, 12, 1, 29), (17, 12, 1, 9), (17, 13, 21, 29)], &[(BreakKind::Hole, 10, 20)], &[(29, 1)])]
#[tokio::test(flavor = "multi_thread")]
async fn the_list_and_every_certificate_say_the_same(
    #[case] sold: &'static [Sold],
    #[case] missing: &[(BreakKind, u64, u64)],
    #[case] restarts: &[(u64, u64)],
) {
    let world = selling(settings(), sold).await;
    let listed = sequence_gaps(&world).await;
    let numbers: Vec<_> = listed.iter().flat_map(|gap| gap.facturas_faltantes.iter().map(range_of)).collect();
    assert_eq!(numbers, missing);

    let mut started_again = BTreeSet::new();
    for day in DAYS {
        let date = format!("2025-11-{day}").parse().unwrap();
        let filter = CoverageFilter { branch: BranchId::new("tienda_01"), date };
        for half_hour in world.engine.coverage(&operator(), filter).await.unwrap().medias_horas {
            let proof = half_hour.certificado.secuencia;
            let here = |gap: &&GapView| gap.inicio <= half_hour.inicio && half_hour.inicio < gap.fin;
            let in_the_list: Vec<_> =
                listed.iter().filter(here).flat_map(|gap| gap.facturas_faltantes.iter().map(range_of)).collect();
            assert_eq!(
                proof.faltantes.iter().map(range_of).collect::<Vec<_>>(),
                in_the_list,
                "{date} {}",
                half_hour.hora_desde
            );
            match (in_the_list.is_empty(), proof.reinicios.is_empty()) {
                (false, _) => assert_eq!(proof.resultado, ProofOutcome::Fails),
                (true, false) => assert_eq!(proof.resultado, ProofOutcome::NotApplicable),
                (true, true) => assert_ne!(proof.resultado, ProofOutcome::Fails),
            }
            started_again.extend(proof.reinicios.iter().map(|restart| (restart.ultimo, restart.primero)));
        }
    }
    assert_eq!(started_again, restarts.iter().copied().collect());
}

/// Numbers between two half hours of which one in between is not loaded may be in that one.
#[tokio::test(flavor = "multi_thread")]
async fn numbers_beside_time_that_is_not_loaded_prove_nothing() {
    const SOLD: &[Sold] = &[(14, 12, 1, 20), (16, 12, 21, 40), (17, 12, 41, 50)];
    let world = answering(settings(), move |question| respond(question, SOLD)).await;
    let outcomes = async |loaded: &[u8]| {
        for day in loaded {
            world.extract("tienda_01", &format!("2025-11-{day}"), None).await;
        }
        let mut outcomes = Vec::new();
        for day in [14, 17] {
            let date = format!("2025-11-{day}").parse().unwrap();
            let filter = CoverageFilter { branch: BranchId::new("tienda_01"), date };
            let day = world.engine.coverage(&operator(), filter).await.unwrap();
            let noon = day.medias_horas.into_iter().find(|half_hour| half_hour.hora_desde == "12:00").unwrap();
            outcomes.push(noon.certificado.secuencia.resultado);
        }
        outcomes
    };
    assert_eq!(outcomes(&[14, 17]).await, [ProofOutcome::NotApplicable; 2]);
    assert_eq!(outcomes(&[15, 16]).await, [ProofOutcome::Holds; 2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_register_whose_numbers_mean_nothing_can_be_left_out_for_good() {
    let exempt = |register: &str| EngineSettings {
        sequence_exempt_registers: vec![(BranchId::new("tienda_01"), register.to_owned())],
        ..settings()
    };
    const SOLD: &[Sold] = &[(17, 12, 1, 5), (17, 12, 7, 9)];
    assert_eq!(sequence_gaps(&selling(exempt("C01-02"), SOLD).await).await.len(), 1);
    assert_eq!(sequence_gaps(&selling(exempt("C01-01"), SOLD).await).await, []);
}

fn range_of(numbers: &MissingNumbers) -> (BreakKind, u64, u64) {
    (numbers.tipo, numbers.desde, numbers.hasta)
}

async fn sequence_gaps(world: &World) -> Vec<GapView> {
    let filter = GapFilter {
        kind: Some(EtlKind::Sales),
        branch: Some(BranchId::new("tienda_01")),
        hours_max: 24 * 6,
        ..GapFilter::default()
    };
    let gaps = world.engine.list_gaps(&operator(), filter).await.unwrap().gaps;
    gaps.into_iter().filter(|gap| gap.clase == GapClass::Sequence).collect()
}

/// A world that loaded four days of a store with these invoices, as often as it takes until numbers that come again are known not to
/// have been moved.
async fn selling(settings: EngineSettings, sold: &'static [Sold]) -> World {
    let world = answering(settings, move |question| respond(question, sold)).await;
    let load = async || {
        let mut runs = Vec::new();
        for day in DAYS {
            runs.extend(world.extract("tienda_01", &format!("2025-11-{day}"), None).await);
        }
        runs
    };
    load().await;
    let runs = load().await;
    assert!(runs.iter().all(|run| run.error_tipo.is_none()), "{runs:?}");
    world
}

fn respond(question: &Value, sold: &[Sold]) -> String {
    let date = question["fecha_desde"].as_str().unwrap();
    let mut lines = Vec::new();
    for (day, hour, from, to) in sold.iter().filter(|(day, ..)| date.ends_with(&day.to_string())) {
        for (second, number) in (*from..=*to).enumerate() {
            lines.push(json!({
                "numero_factura": format!("C01-01-{number:08}"), "linea": 1, "es_no_fiscal": false,
                "fecha": format!("2025-11-{day}"), "hora": format!("{hour}:{:02}:{:02}", from % 30, second % 60),
                // Another invoice, and not the same one moved to another day.
                "producto": [{"codigo_producto": "000002"}], "cantidad": [{"cantidad_vendida": day}],
                "financiero": [{"venta_total_bs": 236.46, "venta_total_usd": 1}], "total_factura": 236.46, "tasa_usd": 236.46,
            }));
        }
    }
    let mut meta = question.clone();
    meta["sucursal_codigo"] = question["sucursal"].clone();
    meta["total_registros"] = lines.len().into();
    meta["fecha_generacion"] = "2025-11-18T15:45:09.488Z".into();
    json!({ "meta": meta, "ventas": lines }).to_string()
}
