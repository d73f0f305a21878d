//! Tokens with which scripts present themselves.

use domain::access::{AuditAction, Role, StoreScope, UserName};
use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use uuid::Uuid;
use warehouse::ApiTokenRow;

use super::users::days_of_token;
use crate::access::{hash_of, stores_of, token};
use crate::access_audit::entry;
use crate::{Actor, Engine, UseCaseError};

/// So that a token that got somewhere is recognised as one.
const PREFIX: &str = "klk_";

impl Engine {
    /// Makes a token; it is given once, and stored as its hash.
    pub async fn add_api_token(
        &self,
        actor: &Actor,
        name: &str,
        role: Role,
        stores: StoreScope,
        days: u32,
    ) -> Result<SecretString, UseCaseError> {
        actor.may_administer()?;
        let name = UserName::parse(name)?;
        self.check_stores(&stores)?;
        let days = days_of_token(days)?;
        let now = self.clock.now();
        let token = format!("{PREFIX}{}", token(self.ids.secret()));
        let row = ApiTokenRow {
            id: self.new_id(),
            name,
            role,
            stores: stores_of(role, stores),
            token_hash: hash_of(&token),
            created_at: now,
            created_by: actor.name.clone(),
            expires_at: now.saturating_add(SignedDuration::from_hours(24 * i64::from(days))).unwrap_or(Timestamp::MAX),
            revoked_at: None,
        };
        let audit = entry(self, actor, AuditAction::AddToken, &format!("{} ({})", row.name, row.role));
        // What is read anew meanwhile would not have it.
        let _change = self.lock_users().await;
        self.warehouse.add_token(row.clone(), audit).await?;
        self.access.change(|state| state.tokens.insert(row.token_hash.clone(), row));
        Ok(SecretString::from(token))
    }

    /// Until when a token opens the screen on a wall; None for one that is something else, or does not count.
    pub fn wall_ends(&self, token: &str) -> Option<Timestamp> {
        let state = self.access.read();
        let token = state.tokens.get(&hash_of(token)).filter(|token| token.role == Role::Wall)?;
        (token.revoked_at.is_none() && token.expires_at > self.clock.now()).then_some(token.expires_at)
    }

    /// Takes a token back: the next request with it is nobody's.
    pub async fn revoke_api_token(&self, actor: &Actor, id: Uuid) -> Result<(), UseCaseError> {
        actor.may_administer()?;
        let _change = self.lock_users().await;
        let known = self.access.read().tokens.values().find(|token| token.id == id).cloned();
        let known = known.ok_or(UseCaseError::UnknownToken)?;
        let audit = entry(self, actor, AuditAction::RevokeToken, known.name.as_str());
        let at = audit.at;
        // It does not count from now on, whatever the database says.
        self.access.change(|state| {
            state.tokens.insert(known.token_hash.clone(), ApiTokenRow { revoked_at: Some(at), ..known })
        });
        Ok(self.warehouse.revoke_token(id, audit).await?)
    }
}
