//! Answers of use cases as the engine gives them: kept ones where they are true.

use serde::Serialize;

use crate::UseCaseError;
use crate::answer_cache::{AsOf, Found, Question};
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
        let as_of = || self.as_of(&question);
        let found = self.answers.answer(&question, as_of, self.queue.len() > 0, compute).await?;
        Ok(self.given(found))
    }

    /// What is read from the answer that another question would be given now, where one is kept for it: both say the same then.
    pub(crate) fn derived<T: 'static, U>(&self, question: &Question, read: impl FnOnce(&T) -> U) -> Option<U> {
        let found = self.answers.derive(question, &self.as_of(question), self.queue.len() > 0, read)?;
        Some(self.given(found))
    }

    fn as_of(&self, question: &Question) -> AsOf {
        let version = self.warehouse.version(question.subjects());
        self.answers.as_of(version, self.branches.version(), self.clock.now())
    }

    /// Whoever is given what runs have changed since is notified once more.
    fn given<T>(&self, found: Found<T>) -> T {
        if let Some(left) = found.outdated_for {
            self.events.run_changed_after(left);
        }
        found.value
    }
}
