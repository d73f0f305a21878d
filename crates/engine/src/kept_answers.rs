//! Answers of use cases as the engine gives them: kept ones where they are true.

use serde::Serialize;

use crate::UseCaseError;
use crate::answer_cache::Question;
use crate::engine::Engine;

impl Engine {
    /// The answer of a use case, kept or computed. To be called after it was checked that the caller may ask.
    pub(crate) async fn cached<T>(
        &self,
        question: Question,
        compute: impl Future<Output = Result<T, UseCaseError>>,
    ) -> Result<T, UseCaseError>
    where
        T: Clone + Serialize + Send + Sync + 'static,
    {
        let as_of = || {
            let version = self.warehouse.version(question.subjects());
            self.answers.as_of(version, self.branches.version(), self.clock.now())
        };
        let found = self.answers.answer(&question, as_of, self.queue.len() > 0, compute).await?;
        if let Some(left) = found.outdated_for {
            self.events.run_changed_after(left);
        }
        Ok(found.value)
    }
}
