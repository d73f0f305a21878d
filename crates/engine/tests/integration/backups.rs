//! Copies of the database: every day, one at a time, and for administrators only.

use domain::access::Role;
use domain::problem::ProblemCode;
use domain::read_model::{BackupState, BackupStatus};
use engine::{Actor, BackupSettings, EngineSettings};
use jiff::civil::Time;

use crate::support::{World, settings};

fn admin() -> Actor {
    Actor::new("jefa", Role::Administrator)
}

async fn until_ended(world: &World) -> BackupStatus {
    loop {
        let status = world.engine.backup_status(&admin()).await.unwrap();
        if !matches!(status.estado, BackupState::Running | BackupState::Absent) {
            return status;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_day_at_its_hour_a_copy_is_made_and_the_oldest_go() {
    let folder = tempfile::tempdir().unwrap();
    let backups = BackupSettings { folder: folder.path().to_owned(), at: Some(Time::constant(12, 30, 0, 0)), kept: 1 };
    std::fs::write(folder.path().join("klk-20251117T163000Z.duckdb"), "of an earlier day").unwrap();
    let nap_max = std::time::Duration::from_millis(20);
    let world = World::with(EngineSettings { scheduler: true, nap_max, backups, ..settings() }).await;
    assert_eq!(world.engine.backup_status(&admin()).await.unwrap().estado, BackupState::Done, "the earlier one");

    world.clock.set("2025-11-18T16:30:00Z");
    let path = folder.path().join("klk-20251118T163000Z.duckdb");
    while !path.exists() {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let status = until_ended(&world).await;
    assert_eq!(status.archivo, Some(path.display().to_string()), "{status:?}");
    while std::fs::read_dir(folder.path()).unwrap().count() > 1 {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert!(path.exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_fails_says_why_and_leaves_what_is_known_of_the_last_one() {
    let folder = tempfile::tempdir().unwrap();
    let backups = BackupSettings { folder: folder.path().join("respaldos"), at: None, kept: 2 };
    let world = World::with(EngineSettings { backups, ..settings() }).await;
    world.engine.start_backup(&admin()).await.unwrap();
    let good = until_ended(&world).await;
    assert_eq!((good.estado, good.lineas), (BackupState::Done, Some(0)), "{good:?}");

    std::fs::remove_dir_all(folder.path().join("respaldos")).unwrap();
    std::fs::write(folder.path().join("respaldos"), "a file in the way").unwrap();
    world.engine.start_backup(&admin()).await.unwrap();
    let bad = until_ended(&world).await;
    assert_eq!((bad.estado, &bad.archivo), (BackupState::Failed, &good.archivo));
    assert!(bad.detalle.unwrap().contains("respaldos"));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_administrators_have_copies_made() {
    let world = World::new().await;
    for actor in [Actor::new("luis", Role::Reader), Actor::operator("ana")] {
        let refused = world.engine.start_backup(&actor).await.unwrap_err();
        assert_eq!(refused.code(), ProblemCode::Forbidden);
        assert!(world.engine.backup_status(&actor).await.is_err());
    }
}
