//! What a migration makes of the lines that are there.

use crate::proofs::{SUMMARIES, a_busy_store, sorted};

#[tokio::test]
async fn what_is_kept_with_each_commit_is_what_the_migration_would_make_of_the_lines() {
    let mut store = a_busy_store().await;
    let mut kept = Vec::new();
    for table in SUMMARIES {
        kept.push(sorted(&mut store, table).await);
    }
    assert!(kept.iter().all(|rows| !rows.is_empty()));
    let go_back = "DELETE FROM esquema_migraciones WHERE version = 6;
        DROP TABLE cobertura_continua; DROP TABLE ventas_por_media_hora; DROP TABLE secuencias; DROP TABLE disparos;
        ALTER TABLE etl_ejecuciones DROP COLUMN registros_anunciados; ALTER TABLE etl_ejecuciones DROP COLUMN estado_http";
    store.change(go_back).await;
    for (table, kept) in SUMMARIES.iter().zip(kept) {
        assert_eq!(sorted(&mut store, table).await, kept, "{table}");
    }
}
