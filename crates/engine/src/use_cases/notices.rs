//! Notices to people who are not looking: how channels do, what was delivered, and trying one.

use std::collections::HashMap;

use domain::notice::DeliveryState;
use jiff::Timestamp;
use jiff::civil::{DateTime, Time};
use notices::{Channel, Notice};
use rust_decimal::Decimal;
use warehouse::{ChannelRow, DeliveryCursor, DeliveryRow, NoticeChanges, TRIAL_KEY_PREFIX};

use crate::notices::message;
use crate::{Actor, Engine, UseCaseError};

/// Deliveries of one page.
const PAGE: u32 = 25;

/// Rules, channels and deliveries. No secret is in it.
#[derive(Clone, Debug)]
pub struct NoticesView {
    /// When people are notified.
    pub rules: NoticeRulesView,
    /// Where.
    pub channels: Vec<ChannelView>,
    /// The latest first.
    pub deliveries: Vec<DeliveryView>,
    /// Where the next page goes on.
    pub next: Option<DeliveryCursor>,
    /// When this was true.
    pub at: Timestamp,
}

/// When people are notified.
#[derive(Clone, Debug)]
pub struct NoticeRulesView {
    /// Minutes that something has to be overdue.
    pub overdue_minutes: i64,
    /// Automatic retries that have to have failed; None where nothing is retried by itself.
    pub retries: Option<u32>,
    /// From which estimated sales in USD on there is a notice at once.
    pub usd_min: Decimal,
    /// Minutes after which it is repeated; None for never.
    pub repeat_minutes: Option<i64>,
    /// When the digest is sent; None for never.
    pub digest_at: Option<Time>,
    /// Whether notices have a link.
    pub has_link: bool,
}

/// A channel.
#[derive(Clone, Debug)]
pub struct ChannelView {
    /// Its name.
    pub name: String,
    /// `correo`, or whose webhook it is.
    pub kind: &'static str,
    /// Where it leads, without what is secret.
    pub target: String,
    /// Whether it takes what is worth a notice of its own.
    pub at_once: bool,
    /// Whether it takes the digest.
    pub digest: bool,
    /// Whether its messages are signed.
    pub is_signed: bool,
    /// The latest delivery, on the clock of the schedules.
    pub delivered_at: Option<(Timestamp, DateTime)>,
    /// Since when every attempt fails; None where the latest did not.
    pub failing_since: Option<(Timestamp, DateTime)>,
    /// Why the latest failed.
    pub error: Option<String>,
}

/// One message to one channel.
#[derive(Clone, Debug)]
pub struct DeliveryView {
    /// The channel's name.
    pub channel: String,
    /// What it says; None where nobody can read it any more.
    pub notice: Option<Notice>,
    /// When it was queued.
    pub created_at: Timestamp,
    /// The same on the clock of the schedules.
    pub created_local: DateTime,
    /// Where it stands.
    pub state: DeliveryState,
    /// Attempts so far.
    pub attempts: u32,
    /// Why the latest attempt failed.
    pub error: Option<String>,
}

impl Engine {
    /// How notices are set up and what became of them, a page of deliveries at a time.
    pub async fn notices(&self, actor: &Actor, after: Option<DeliveryCursor>) -> Result<NoticesView, UseCaseError> {
        actor.may_read()?;
        let (deliveries, next) = self.warehouse.deliveries(PAGE, after).await?;
        let settings = &self.settings.notices;
        let retries = self.settings.retries.is_on.then_some(settings.retries_min);
        let rules = NoticeRulesView {
            overdue_minutes: settings.overdue_min.as_mins(),
            retries,
            usd_min: settings.usd_min,
            repeat_minutes: settings.repeat_after.map(|pause| pause.as_mins()),
            digest_at: settings.digest_at,
            has_link: settings.public_url.is_some(),
        };
        Ok(NoticesView {
            rules,
            channels: self.channel_views().await?,
            deliveries: deliveries.into_iter().map(|row| self.delivery_view(row)).collect(),
            next,
            at: self.clock.now(),
        })
    }

    /// Channels whose latest attempt failed.
    pub async fn failing_channels(&self, actor: &Actor) -> Result<Vec<ChannelView>, UseCaseError> {
        actor.may_watch()?;
        if self.settings.notices.channels.is_empty() {
            return Ok(Vec::new());
        }
        let channels = self.channel_views().await?;
        Ok(channels.into_iter().filter(|channel| channel.failing_since.is_some()).collect())
    }

    /// Queues a message that says that it is a test. One a minute and channel: whoever is impatient presses twice.
    pub async fn try_notice(&self, actor: &Actor, channel: &str) -> Result<(), UseCaseError> {
        actor.may_administer()?;
        let known = self.settings.notices.channels.iter().find(|known| known.name == channel);
        let Some(known) = known else { return Err(UseCaseError::UnknownChannel) };
        let now = self.clock.now();
        let key = format!("{TRIAL_KEY_PREFIX}{}", now.as_second() / 60);
        let notice = Notice::Trial { requested_by: actor.name.clone() };
        let deliveries = message(self.new_id(), &key, &known.name, &notice).into_iter().collect();
        self.warehouse.record_notices(NoticeChanges { deliveries, ..NoticeChanges::default() }, now).await?;
        self.notices.wake();
        Ok(())
    }

    async fn channel_views(&self) -> Result<Vec<ChannelView>, UseCaseError> {
        let rows = self.warehouse.notice_channels().await?;
        let rows: HashMap<String, ChannelRow> = rows.into_iter().map(|row| (row.channel.clone(), row)).collect();
        let local = |at: Timestamp| (at, self.settings.schedules.zone.to_datetime(at));
        let view = |channel: &Channel| {
            let row = rows.get(&channel.name);
            ChannelView {
                name: channel.name.clone(),
                kind: channel.kind(),
                target: channel.shown_target(),
                at_once: channel.rules.at_once,
                digest: channel.rules.digest,
                is_signed: channel.is_signed(),
                delivered_at: row.and_then(|row| row.delivered_at).map(local),
                failing_since: row.and_then(|row| row.failing_since).map(local),
                error: row.and_then(|row| row.error.clone()),
            }
        };
        Ok(self.settings.notices.channels.iter().map(view).collect())
    }

    fn delivery_view(&self, row: DeliveryRow) -> DeliveryView {
        DeliveryView {
            channel: row.channel,
            notice: serde_json::from_str(&row.notice).ok(),
            created_at: row.created_at,
            created_local: self.settings.schedules.zone.to_datetime(row.created_at),
            state: row.state,
            attempts: row.attempts,
            error: row.error,
        }
    }
}
