//! What was justified: a table that is there as long as something is.

use domain::gap::GapClass;
use domain::read_model::{JustificationList, JustificationView};
use jiff::Timestamp;
use leptos::prelude::*;

use super::{Moment, Pill, Tone, may_operate_store};
use crate::format::{Period, numbers_in_a_row, period, whole};
use crate::i18n::{Language, kind_name, reason_name};
use crate::preferences::language;
use crate::query::withdraw_path;

/// The local time that was justified.
pub fn justified_period(language: Language, one: &JustificationView) -> Period {
    period(language, (one.fecha_desde, one.hora_desde.as_str()), (one.fecha_hasta, one.hora_hasta.as_str()))
}

/// The justifications that count, each with a way to take it back; nothing while there are none.
pub fn justified(list: JustificationList) -> Option<AnyView> {
    let language = language();
    let (texts, gaps) = (language.justified(), language.gaps());
    let now = list.generado_en;
    let count = match list.ventanas {
        1 => gaps.window().to_owned(),
        many => texts.count(whole(language, many)),
    };
    (!list.justificaciones.is_empty()).then(|| {
        view! {
            <section class="panel" id="justificados" aria-labelledby="justificados-titulo">
                <div class="panel-head">
                    <h2 id="justificados-titulo">{texts.title()}</h2>
                    <span class="muted">{count}</span>
                </div>
                <table class="table">
                    <caption class="visually-hidden">{texts.caption()}</caption>
                    <thead>
                        <tr>
                            <th scope="col">{gaps.store()}</th>
                            <th scope="col">{gaps.period()}</th>
                            <th scope="col">{texts.reason()}</th>
                            <th scope="col">{texts.by()}</th>
                            <th scope="col" class="actions-column">{gaps.actions()}</th>
                        </tr>
                    </thead>
                    <tbody>{list.justificaciones.into_iter().map(|one| row(one, now)).collect_view()}</tbody>
                </table>
            </section>
        }
        .into_any()
    })
}

/// `C10-01: 8064 – 8066, C10-02: 17`.
fn justified_numbers(one: &JustificationView) -> String {
    let numbers = one.facturas.iter().map(|numbers| numbers_in_a_row(&numbers.caja, numbers.desde, numbers.hasta));
    numbers.collect::<Vec<_>>().join(", ")
}

fn row(one: JustificationView, now: Timestamp) -> AnyView {
    let language = language();
    let (texts, gaps) = (language.justified(), language.gaps());
    let period = justified_period(language, &one);
    let windows = match one.ventanas {
        1 => gaps.window().to_owned(),
        count => gaps.windows(whole(language, count.into())),
    };
    let label = texts.withdraw_of(&one.ubicacion_nombre, &period);
    let kind = match one.clase {
        GapClass::Coverage => kind_name(language, one.etl_tipo).to_owned(),
        GapClass::Sequence => format!("{}: {}", gaps.sequence(), justified_numbers(&one)),
    };
    let note =
        one.nota.clone().map(|note| view! { <span class="muted clamp" title=note.clone()>{note.clone()}</span> });
    let (name, at, local) = (one.nombre.clone(), one.registrada_en, one.registrada_en_local);
    let withdraw = may_operate_store(&one.ubicacion_id).then(|| {
        view! {
            <a
                class="button"
                id=format!("retirar-{}", one.id)
                href=withdraw_path(one.id)
                data-dialogo=""
                role="button"
                aria-haspopup="dialog"
                aria-label=label
            >
                {texts.withdraw()}
            </a>
        }
    });
    view! {
        <tr id=format!("justificado-{}", one.id)>
            <th scope="row" data-label=gaps.store()>
                <span class="stack">
                    <span class="strong">{one.ubicacion_nombre.clone()}</span>
                    <span class="muted">{kind}</span>
                </span>
            </th>
            <td data-label=gaps.period()>
                <span class="stack">
                    <span>{period.hours}</span>
                    <span class="muted">{period.days} " · " {windows}</span>
                </span>
            </td>
            <td data-label=texts.reason() class="cause-column">
                <span class="stack"><Pill tone=Tone::Neutral label=reason_name(language, one.motivo)/> {note}</span>
            </td>
            <td data-label=texts.by()>
                <span class="stack"><span>{name}</span> <Moment at local now/></span>
            </td>
            <td data-label=gaps.actions() class="actions-column">
                <span class="actions">{withdraw}</span>
            </td>
        </tr>
    }
    .into_any()
}
