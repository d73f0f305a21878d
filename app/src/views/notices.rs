//! Notices to people who are not looking: rules, channels, and what became of each message.

use domain::notice::DeliveryState;
use engine::{ChannelView, DeliveryView, MissingSales, Notice, NoticeRulesView};
use jiff::Timestamp;
use leptos::prelude::*;

use super::{CopyLine, Empty, Glyph, Icon, Moment, Pill, Tone};
use crate::format::{cause_name, relative, rounded, whole, whole_duration};
use crate::i18n::Language;
use crate::preferences::language;
use crate::query::{NOTICE_TRIAL_PATH, NOTICES};

/// What a channel needs at least.
const EXAMPLE: &str =
    "[[canales]]\nnombre = \"guardia\"\ntipo = \"slack\"\ndireccion = \"https://hooks.slack.com/services/…\"";

/// Says that notices do not arrive, where a channel fails; it leads to what is known of it.
pub fn failing_channels_notice(channels: &[ChannelView], now: Timestamp) -> Option<AnyView> {
    let language = language();
    let texts = language.notices();
    let first = channels.first()?;
    let since = first.failing_since.map(|(at, _)| relative(language, now, at)).unwrap_or_default();
    let text = match channels.len() {
        1 => texts.failing_one(&first.name, since),
        count => texts.failing_many(count),
    };
    let notice = view! {
        <div class="notice notice-bad" id="avisos-fallan">
            <Glyph icon=Icon::Warning/>
            <p>{text} " " <a class="link" href=NOTICES.path>{texts.see()}</a></p>
        </div>
    };
    Some(notice.into_any())
}

/// The channels, each with its state, and the button that tries it for whoever may.
pub fn notice_channels(channels: &[ChannelView], now: Timestamp, may_try: bool) -> AnyView {
    let texts = language().notices();
    if channels.is_empty() {
        return view! {
            <Empty title=texts.none() hint=texts.none_hint()/>
            <div class="panel-padded"><CopyLine text=EXAMPLE/></div>
        }
        .into_any();
    }
    let rows = channels.iter().map(|channel| channel_row(channel, now, may_try));
    let actions = may_try.then(|| view! { <th scope="col">{texts.actions()}</th> });
    view! {
        <table class="table">
            <caption class="visually-hidden">{texts.channels()}</caption>
            <thead>
                <tr>
                    <th scope="col">{texts.channel()}</th>
                    <th scope="col">{texts.target()}</th>
                    <th scope="col">{texts.takes()}</th>
                    <th scope="col">{texts.state()}</th>
                    {actions}
                </tr>
            </thead>
            <tbody>{rows.collect_view()}</tbody>
        </table>
    }
    .into_any()
}

fn channel_row(channel: &ChannelView, now: Timestamp, may_try: bool) -> AnyView {
    let language = language();
    let texts = language.notices();
    let takes = match (channel.at_once, channel.digest) {
        (true, true) => texts.takes_both(),
        (true, false) => texts.takes_at_once(),
        (false, true) => texts.takes_digest(),
        (false, false) => texts.takes_nothing(),
    };
    let signed = channel.is_signed.then(|| view! { <span class="muted">{texts.signed()}</span> });
    let state = match (&channel.failing_since, &channel.delivered_at) {
        (Some((since, _)), _) => {
            let error = channel.error.as_deref().map(|error| error_name(language, error));
            view! {
                <span class="stack">
                    <Pill tone=Tone::Bad label=texts.state_failing()/>
                    <span class="muted">{relative(language, now, *since)} ": " {error}</span>
                </span>
            }
            .into_any()
        }
        (None, Some((at, _))) => view! {
            <span class="stack">
                <Pill tone=Tone::Good label=texts.state_well()/>
                <span class="muted">{texts.last_delivery()} " " {relative(language, now, *at)}</span>
            </span>
        }
        .into_any(),
        (None, None) => view! { <Pill tone=Tone::Neutral label=texts.state_untried()/> }.into_any(),
    };
    let trial = may_try.then(|| {
        let label = texts.try_channel(&channel.name);
        view! {
            <td data-label=texts.actions()>
                <form method="post" action=NOTICE_TRIAL_PATH>
                    <input type="hidden" name="canal" value=channel.name.clone()/>
                    <button class="button" type="submit" aria-label=label>{texts.try_it()}</button>
                </form>
            </td>
        }
    });
    view! {
        <tr>
            <th scope="row" data-label=texts.channel()>
                <span class="stack">
                    <span class="strong">{channel.name.clone()}</span>
                    <span class="muted">{kind_name(language, channel.kind)}</span>
                </span>
            </th>
            <td data-label=texts.target() class="cause-column">
                <span class="stack"><span>{channel.target.clone()}</span> {signed}</span>
            </td>
            <td data-label=texts.takes()>{takes}</td>
            <td data-label=texts.state()>{state}</td>
            {trial}
        </tr>
    }
    .into_any()
}

/// When people are notified, in sentences.
pub fn notice_rules(rules: &NoticeRulesView) -> AnyView {
    let language = language();
    let texts = language.notices();
    let when = match rules.retries {
        None | Some(0) => texts.rule_overdue(minutes(rules.overdue_minutes)),
        Some(1) => texts.rule_overdue_retry(minutes(rules.overdue_minutes)),
        Some(count) => texts.rule_overdue_retries(minutes(rules.overdue_minutes), count),
    };
    let at_once = texts.rule_at_once(rounded(language, rules.usd_min));
    let repeat = match rules.repeat_minutes {
        Some(pause) => texts.rule_repeat(minutes(pause)),
        None => texts.rule_no_repeat().to_owned(),
    };
    let digest = match rules.digest_at {
        Some(at) => texts.rule_digest(format!("{:02}:{:02}", at.hour(), at.minute())),
        None => texts.rule_no_digest().to_owned(),
    };
    let link = if rules.has_link { texts.rule_link() } else { texts.rule_no_link() };
    view! {
        <dl class="fact-grid">
            <div><dt>{texts.rule_when()}</dt><dd>{when}</dd></div>
            <div><dt>{texts.rule_at_once_name()}</dt><dd>{at_once}</dd></div>
            <div><dt>{texts.rule_repeat_name()}</dt><dd>{repeat}</dd></div>
            <div><dt>{texts.rule_digest_name()}</dt><dd>{digest}</dd></div>
            <div><dt>{texts.rule_hours_name()}</dt><dd>{texts.rule_hours()}</dd></div>
            <div><dt>{texts.rule_link_name()}</dt><dd>{link}</dd></div>
        </dl>
        <p class="muted">{texts.rules_where()}</p>
    }
    .into_any()
}

/// As `20 min`, `4 h`, `1 h 30 min`.
fn minutes(minutes: i64) -> String {
    match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

/// The log, the latest first.
pub fn notice_deliveries(deliveries: &[DeliveryView], now: Timestamp) -> AnyView {
    let texts = language().notices();
    if deliveries.is_empty() {
        return view! { <Empty title=texts.log_empty() hint=texts.log_empty_hint()/> }.into_any();
    }
    view! {
        <table class="table">
            <caption class="visually-hidden">{texts.log()}</caption>
            <thead>
                <tr>
                    <th scope="col">{texts.notice()}</th>
                    <th scope="col">{texts.about()}</th>
                    <th scope="col">{texts.channel()}</th>
                    <th scope="col">{texts.state()}</th>
                    <th scope="col" class="number">{texts.attempts()}</th>
                    <th scope="col">{texts.queued()}</th>
                </tr>
            </thead>
            <tbody>{deliveries.iter().map(|delivery| delivery_row(delivery, now)).collect_view()}</tbody>
        </table>
    }
    .into_any()
}

fn delivery_row(delivery: &DeliveryView, now: Timestamp) -> AnyView {
    let language = language();
    let texts = language.notices();
    let (kind, what) = match &delivery.notice {
        Some(notice) => words(language, notice),
        None => (texts.kind_unknown(), String::new()),
    };
    let (tone, state) = match (delivery.state, delivery.attempts) {
        (DeliveryState::Delivered, _) => (Tone::Good, texts.delivered()),
        (DeliveryState::GivenUp, _) => (Tone::Bad, texts.given_up()),
        (DeliveryState::Waiting, 0) => (Tone::Info, texts.waiting()),
        (DeliveryState::Waiting, _) => (Tone::Warning, texts.retrying()),
    };
    let error =
        delivery.error.as_deref().map(|error| view! { <span class="muted">{error_name(language, error)}</span> });
    view! {
        <tr>
            <th scope="row" data-label=texts.notice()>{kind}</th>
            <td data-label=texts.about() class="cause-column">{what}</td>
            <td data-label=texts.channel()>{delivery.channel.clone()}</td>
            <td data-label=texts.state()>
                <span class="stack"><Pill tone label=state/> {error}</span>
            </td>
            <td data-label=texts.attempts() class="number">{whole(language, delivery.attempts.into())}</td>
            <td data-label=texts.queued()>
                <Moment at=delivery.created_at local=delivery.created_local now/>
            </td>
        </tr>
    }
    .into_any()
}

/// What kind of notice it is, and what it is about.
fn words(language: Language, notice: &Notice) -> (&'static str, String) {
    let texts = language.notices();
    let seconds = |seconds: i64| whole_duration(seconds.max(0).unsigned_abs());
    match notice {
        Notice::Begins(missing) => (texts.kind_begins(), about(language, missing)),
        Notice::Continues { missing, seconds: since } => {
            (texts.kind_continues(), format!("{} · {}", about(language, missing), seconds(*since)))
        }
        Notice::Ends { missing, seconds: lasted } => {
            (texts.kind_ends(), texts.ended(about(language, missing), seconds(*lasted)))
        }
        Notice::Digest { missing, .. } => {
            let windows: u64 = missing.iter().map(|missing| missing.windows).sum();
            (texts.kind_digest(), language.gaps().windows(whole(language, windows)))
        }
        Notice::Trial { requested_by } => (texts.kind_trial(), texts.requested_by(requested_by)),
    }
}

/// How much, in how many stores, and why.
fn about(language: Language, missing: &MissingSales) -> String {
    let texts = language.notices();
    let windows = match missing.windows {
        1 => language.gaps().window().to_owned(),
        count => language.gaps().windows(whole(language, count)),
    };
    let stores = match missing.stores.as_slice() {
        [one] => one.clone(),
        many => texts.stores(many.len()),
    };
    format!("{windows}, {stores}. {}", cause_name(language, missing.cause))
}

fn kind_name(language: Language, kind: &str) -> &'static str {
    match kind {
        "correo" => language.notices().by_mail(),
        "slack" => "Slack",
        "telegram" => "Telegram",
        "whatsapp" => "WhatsApp",
        _ => "Webhook",
    }
}

/// Why an attempt failed, from how it is stored.
fn error_name(language: Language, error: &str) -> String {
    let texts = language.notices();
    match error.split_once(' ') {
        Some(("http", status)) => texts.error_http(status),
        Some(("smtp", code)) => texts.error_smtp(code),
        _ => match error {
            "no_resuelve" => texts.error_unresolved().to_owned(),
            "direccion_privada" => texts.error_private().to_owned(),
            "sin_conexion" => texts.error_unreachable().to_owned(),
            "cifrado" => texts.error_encryption().to_owned(),
            "sin_respuesta" => texts.error_timeout().to_owned(),
            _ => texts.error_message().to_owned(),
        },
    }
}
