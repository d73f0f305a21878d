//! Copies of the database that an administrator asks for.

use domain::read_model::BackupStatus;

use crate::{Actor, Engine, UseCaseError, backup_task};

impl Engine {
    /// Begins a copy, or goes on with the one that is being made; what became of it, [`Engine::backup_status`] says.
    pub async fn start_backup(&self, actor: &Actor) -> Result<BackupStatus, UseCaseError> {
        actor.may_administer()?;
        if self.backups.begin() {
            let (engine, actor) = (self.clone(), actor.clone());
            tokio::spawn(async move { backup_task::make(&engine, &actor).await });
        }
        Ok(self.backups.status())
    }

    /// The copy that is being made, or the last one.
    pub async fn backup_status(&self, actor: &Actor) -> Result<BackupStatus, UseCaseError> {
        actor.may_administer()?;
        Ok(self.backups.status())
    }
}
