//! Until when the sales of each store are loaded.

use domain::BranchId;
use jiff::Timestamp;
use warehouse::Subject;

use crate::answer_cache::Question;
use crate::{Actor, Engine, UseCaseError};

impl Engine {
    /// The end of the latest half hour of sales that was committed whole, by store; a store of which nothing was is not in it.
    pub async fn newest_sales(&self, actor: &Actor) -> Result<Vec<(BranchId, Timestamp)>, UseCaseError> {
        actor.may_read()?;
        let question = Question::new("newest_sales", &(), &[Subject::Sales]);
        self.cached(question, async { Ok(self.warehouse.newest_sales().await?) }).await
    }
}
