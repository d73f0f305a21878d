//! What is done whole, whoever stops waiting for it.

use warehouse::WarehouseError;

use crate::error::UseCaseError;

/// Does something in a task of its own: who asks may leave while the database writes, and what it wrote has to reach whoever
/// works with it.
pub(crate) async fn run_detached<T: Send + 'static>(
    work: impl Future<Output = Result<T, WarehouseError>> + Send + 'static,
) -> Result<T, UseCaseError> {
    match tokio::spawn(monitoring::in_current_scope(work)).await {
        Ok(outcome) => outcome.map_err(UseCaseError::Warehouse),
        Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
        Err(_) => Err(UseCaseError::ShuttingDown),
    }
}
