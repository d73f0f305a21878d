//! Views that people keep: a page with its filters, under a name of their own. Each has only theirs.

use domain::filter::InvalidParameter;
use domain::own_page::is_own_page;
use domain::requirement::Requirement;
use serde::Serialize;
use uuid::Uuid;
use warehouse::SavedViewRow;

use crate::answer_cache::Question;
use crate::{Actor, Engine, UseCaseError};

/// Characters of a name: it stands in a row of links.
const NAME_CHARACTERS_MAX: usize = 60;
/// Characters of an address; those of our pages with every filter set have fewer.
const ADDRESS_CHARACTERS_MAX: usize = 1000;

/// A saved view of the signed-in person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SavedView {
    /// By which it is deleted.
    pub id: Uuid,
    /// What they call it.
    pub name: String,
    /// Path and filters.
    pub address: String,
}

impl Engine {
    /// The saved views of the signed-in person, by name.
    pub async fn saved_views(&self, actor: &Actor) -> Result<Vec<SavedView>, UseCaseError> {
        actor.may_read()?;
        // Three pages show them at each view; no run changes them.
        let question = Question::new("saved_views", &actor.name, &[]);
        self.cached(question, async {
            let rows = self.warehouse.saved_views(actor.name.clone()).await?;
            Ok(rows.into_iter().map(view).collect())
        })
        .await
    }

    /// Keeps a view, in the place of the one with the same name.
    pub async fn save_view(&self, actor: &Actor, name: &str, address: &str) -> Result<SavedView, UseCaseError> {
        actor.may_read()?;
        let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
        let most = self.settings.saved_views_max;
        if name.is_empty() || name.chars().count() > NAME_CHARACTERS_MAX || name.chars().any(char::is_control) {
            let requirement = Requirement::ViewName { most: NAME_CHARACTERS_MAX };
            return Err(InvalidParameter { name: "nombre", requirement }.into());
        }
        if !is_own_page(address) || address.chars().count() > ADDRESS_CHARACTERS_MAX {
            let requirement = Requirement::OwnPage;
            return Err(InvalidParameter { name: "direccion", requirement }.into());
        }
        let row = SavedViewRow {
            id: self.ids.batch_id().0,
            person: actor.name.clone(),
            name,
            address: address.to_owned(),
            saved_at: self.clock.now(),
        };
        if !self.warehouse.save_view(row.clone(), most).await? {
            let requirement = Requirement::ViewsAtMost { most };
            return Err(InvalidParameter { name: "nombre", requirement }.into());
        }
        Ok(view(row))
    }

    /// Deletes a saved view of the signed-in person and returns it, so that it can be saved again. None if it is gone already.
    pub async fn delete_view(&self, actor: &Actor, id: Uuid) -> Result<Option<SavedView>, UseCaseError> {
        actor.may_read()?;
        Ok(self.warehouse.delete_view(actor.name.clone(), id).await?.map(view))
    }
}

fn view(row: SavedViewRow) -> SavedView {
    SavedView { id: row.id, name: row.name, address: row.address }
}
