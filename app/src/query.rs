//! The filters of a page as its URL has them, so that a view can be shared, kept and stepped back to.

use std::fmt::Write as _;

use domain::plan::PlanHash;
use domain::{BranchId, EtlKind, RunId};
use jiff::civil::Date;

/// A list with filters: where it is, and the parameters it knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listing {
    /// Its path.
    pub path: &'static str,
    parameters: &'static [&'static str],
}

/// The overview.
pub const HOME_PATH: &str = "/";
/// Where one signs in.
pub const SIGN_IN_PATH: &str = "/entrar";
/// Leads to the provider of identities, where one is configured.
pub const PROVIDER_PATH: &str = "/entrar/proveedor";
/// Where the provider leads back to.
pub const PROVIDER_RETURN_PATH: &str = "/entrar/proveedor/vuelta";
/// Where one sets a password.
pub const PASSWORD_PATH: &str = "/clave";
/// Ends one of the user's own sessions.
pub const OWN_SESSIONS_PATH: &str = "/clave/sesiones";
/// Where the browser signs out.
pub const SIGN_OUT_PATH: &str = "/salir";
/// Where administrators administer users.
pub const USERS_PATH: &str = "/usuarios";
/// The parameter that asks for the overview as a screen on a wall shows it.
pub const WALL_PARAMETER: &str = "muro";
/// The overview as a screen on a wall shows it.
pub const WALL_PATH: &str = "/?muro=1";
/// Where a link leads that opens it without anybody signing in.
pub const WALL_LINK_PATH: &str = "/muro";

/// Such a link, of a server that is asked under this address (`https://klk.example`), with what it opens with.
pub fn wall_link(server: &str, token: &str) -> String {
    format!("{server}{WALL_LINK_PATH}?llave={token}")
}

/// Looks for a page, a store or a run.
pub const SEARCH_PATH: &str = "/buscar";
/// What is typed there.
pub const SEARCHED: &str = "q";
/// Which keys do what.
pub const SHORTCUTS_PATH: &str = "/atajos";

/// The list of runs.
pub const RUNS: Listing =
    Listing { path: "/actividad", parameters: &["ubicacion_id", "estado", "modo", "etl_tipo", CURSOR] };
/// The list of gaps.
pub const GAPS: Listing =
    Listing { path: "/pendientes", parameters: &["ubicacion_id", "etl_tipo", "max_horas", "ordenar", AT, PAGE] };

/// The grid of stores by days.
pub const COVERAGE: Listing = Listing {
    path: "/cobertura",
    parameters: &["tipo", "zoom", "vista", "hasta", "ubicacion_id", AT, "estado", "todas", "pagina"],
};
/// The cells of it that are chosen (frontend/js/grid.ts writes it). It is no filter: whoever goes on, goes on without it.
pub const CHOSEN_CELLS: &str = "elegidas";
/// The day of a store that is explained over the grid, as `store|day` (frontend/js/grid.ts writes it). Nor is this one.
pub const OPEN_DAY: &str = "ver";
/// What is known of one cell of it.
pub const CELL_PATH: &str = "/cobertura/celda";

/// The address of a cell, of a moment of the past where one is given.
pub fn cell_path(branch: &BranchId, date: Date, kind: EtlKind, at: Option<&str>) -> String {
    let mut href = with_value(CELL_PATH, "tienda", branch.as_str());
    for (name, value) in
        [("fecha", Some(date.to_string())), ("tipo", Some(kind.to_string())), (AT, at.map(str::to_owned))]
    {
        if let Some(value) = value {
            href.push('&');
            href.push_str(name);
            href.push('=');
            push_encoded(&mut href, &value);
        }
    }
    href
}

/// Keeps a view: a page with its filters, under a name.
pub const SAVE_VIEW_PATH: &str = "/vistas/guardar";
/// Deletes a kept view.
pub const DELETE_VIEW_PATH: &str = "/vistas/borrar";

/// What was justified.
pub const JUSTIFIED_PATH: &str = "/pendientes/justificados";
/// How well runs do.
pub const METRICS_PATH: &str = "/sistema/metricas";
/// The same with its filters.
pub const METRICS: Listing = Listing { path: METRICS_PATH, parameters: &["dias"] };

/// The list of stores.
pub const STORES_PATH: &str = "/tiendas";

/// The page of a store.
pub fn store_path(branch: &BranchId) -> String {
    let mut href = format!("{STORES_PATH}/");
    push_encoded(&mut href, branch.as_str());
    href
}

/// The page of a store's day, with a half hour of it chosen.
pub fn day_path(branch: &BranchId, date: Date, from: Option<&str>) -> String {
    let mut href = "/tiendas/".to_owned();
    push_encoded(&mut href, branch.as_str());
    href.push('/');
    href.push_str(&date.to_string());
    if let Some(from) = from {
        href.push_str("?hora=");
        push_encoded(&mut href, from);
    }
    href
}

/// The page of monitoring; it has no filters.
pub const MONITORING: &str = "/sistema/monitoreo";

/// The page of notices, with the pages of its log.
pub const NOTICES: Listing = Listing { path: "/sistema/avisos", parameters: &[CURSOR] };
/// Sends a message to a channel that says that it is a test.
pub const NOTICE_TRIAL_PATH: &str = "/sistema/avisos/probar";
/// The cause whose gaps are chosen beforehand, as a link of a notice wants it.
pub const CHOOSE: &str = "elegir";

/// The page of a run.
pub fn run_href(run: RunId) -> String {
    format!("{}/{run}", RUNS.path)
}

/// The list of comparisons with the source.
pub const RECONCILIATIONS: Listing =
    Listing { path: "/pendientes/cambios", parameters: &["ubicacion_id", "dias", CURSOR] };
/// The history.
pub const HISTORY: Listing = Listing {
    path: "/actividad/decisiones",
    parameters: &["ubicacion_id", "accion", "desde_momento", "hasta_momento", CURSOR],
};
/// The page of plans, which has no filters.
pub const PLANS_PATH: &str = "/actividad/recuperaciones";
/// The page of stock, which has no filters.
pub const STOCK_PATH: &str = "/pendientes/inventario";

/// The page of calendars, with a store chosen.
pub const CALENDARS: Listing = Listing { path: "/calendarios", parameters: &["ubicacion_id"] };

/// Whether the POS answers, on a page of its own.
pub const CONNECTIVITY_PATH: &str = "/conexion";
/// Has a day compared with the source.
pub const RECONCILE_PATH: &str = "/pendientes/cambios/comparar";
/// Holds a plan.
pub const PAUSE_PATH: &str = "/actividad/recuperaciones/pausar";
/// Lets a plan go on.
pub const RESUME_PATH: &str = "/actividad/recuperaciones/reanudar";
/// Takes a plan back.
pub const CANCEL_PATH: &str = "/actividad/recuperaciones/cancelar";
/// The code of a failure on demand.
pub const TRIAL_CODE: &str = "prueba";
/// Has the server fail.
pub const TRIAL_PATH: &str = "/sistema/monitoreo/prueba";
/// Shows what would be recovered.
pub const RECOVER_PATH: &str = "/pendientes/recuperar";
/// Recovers what was shown.
pub const START_PATH: &str = "/pendientes/recuperar/iniciar";
/// Asks why a gap stays.
pub const JUSTIFY_PATH: &str = "/pendientes/justificar";
/// Keeps why it stays.
pub const SAVE_JUSTIFICATION_PATH: &str = "/pendientes/justificar/guardar";
/// Shows what of a selection would be justified, and asks why it stays.
pub const JUSTIFY_SELECTION_PATH: &str = "/pendientes/justificar/seleccion";
/// Justifies what was shown.
pub const SAVE_SELECTION_PATH: &str = "/pendientes/justificar/seleccion/guardar";
/// Takes a justification back.
pub const WITHDRAW_PATH: &str = "/pendientes/retirar";
/// Says that lines are rightly gone.
pub const CONFIRM_PATH: &str = "/pendientes/confirmar";
/// Shows what another calendar would change, then keeps it.
pub const CALENDAR_PATH: &str = "/calendarios/tienda";
/// The same of a day of all stores.
pub const HOLIDAY_PATH: &str = "/calendarios/dia";

/// The page of a plan, by its id; or of the latest plan of a hash.
pub fn plan_path(plan: impl std::fmt::Display) -> String {
    format!("{PLANS_PATH}/{plan}")
}

/// The question before a plan is taken back.
pub fn cancel_path(hash: &PlanHash) -> String {
    with_value(CANCEL_PATH, "hash", &hash.to_string())
}

/// The question before a justification is taken back.
pub fn withdraw_path(id: impl std::fmt::Display) -> String {
    with_value(WITHDRAW_PATH, "id", &id.to_string())
}

/// The question whether lines of a store's day are rightly gone.
pub fn confirm_path(branch: &BranchId, date: Date) -> String {
    let mut href = with_value(CONFIRM_PATH, "ubicacion_id", branch.as_str());
    href.push_str("&fecha=");
    href.push_str(&date.to_string());
    href
}

/// The page of monitoring after the server failed on demand, under this code.
pub fn trial_path(code: &str) -> String {
    with_value(MONITORING, TRIAL_CODE, code)
}

/// Leads to the provider of identities, and back to a page afterwards; to the first one where it is empty.
pub fn provider_path(back: &str) -> String {
    if back.is_empty() { PROVIDER_PATH.to_owned() } else { with_value(PROVIDER_PATH, "volver", back) }
}

fn with_value(path: &str, name: &str, value: &str) -> String {
    let mut href = format!("{path}?{name}=");
    push_encoded(&mut href, value);
    href
}

/// The moment that a list is to be true of; now where it is absent.
pub const AT: &str = "en";

/// The parameter that is no filter: where an older page starts.
pub const CURSOR: &str = "cursor";

/// The number of a page; as the cursor, it belongs to the filters that it was given under.
pub const PAGE: &str = "pagina";

/// The parameters of a list that are set; equal where the same is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    listing: Listing,
    set: Vec<(&'static str, String)>,
}

impl Query {
    /// With these parameters set.
    pub fn of(listing: Listing, values: &[(&str, &str)]) -> Self {
        Self::from_values(listing, |name| {
            values.iter().find(|(given, _)| *given == name).map(|(_, value)| (*value).to_owned())
        })
    }

    /// From an address, which may also have empty parameters (forms send them) and foreign ones.
    pub fn from_values(listing: Listing, value: impl Fn(&str) -> Option<String>) -> Self {
        let given = |name: &'static str| Some((name, value(name).filter(|value| !value.is_empty())?));
        Self { listing, set: listing.parameters.iter().filter_map(|name| given(name)).collect() }
    }

    /// The path of the list.
    pub const fn path(&self) -> &'static str {
        self.listing.path
    }

    /// The parameters that are set.
    pub fn pairs(&self) -> &[(&'static str, String)] {
        &self.set
    }

    /// The address.
    pub fn href(&self) -> String {
        self.href_with(CURSOR, self.get(CURSOR).as_deref())
    }

    /// The value of a parameter that is set.
    pub fn get(&self, name: &str) -> Option<String> {
        self.set.iter().find(|(set, _)| *set == name).map(|(_, value)| value.clone())
    }

    /// The address without the place within the list: what a kept view is.
    pub fn view_href(&self) -> String {
        self.href_with_all(&[])
    }

    /// The list without any parameter, where some are set.
    pub fn way_out(&self) -> Option<&'static str> {
        (!self.set.is_empty()).then_some(self.listing.path)
    }

    /// The address with one parameter changed and the others kept. The cursor belongs to the filters it was given under,
    /// so it goes whenever one of them changes.
    pub fn href_with(&self, changed: &'static str, value: Option<&str>) -> String {
        self.href_with_all(&[(changed, value)])
    }

    /// The same with several parameters changed.
    pub fn href_with_all(&self, changed: &[(&'static str, Option<&str>)]) -> String {
        let is_kept = |name: &str| ![CURSOR, PAGE].contains(&name) && changed.iter().all(|(other, _)| *other != name);
        let kept = self.set.iter().filter(|(name, _)| is_kept(name)).map(|(name, value)| (*name, value.as_str()));
        let changed =
            changed.iter().filter_map(|(name, value)| Some((*name, value.filter(|value| !value.is_empty())?)));
        let mut href = self.listing.path.to_owned();
        for (index, (name, value)) in kept.chain(changed).enumerate() {
            let separator = if index == 0 { '?' } else { '&' };
            href.push(separator);
            href.push_str(name);
            href.push('=');
            push_encoded(&mut href, value);
        }
        href
    }
}

/// Percent-encodes all but what RFC 3986 calls unreserved.
fn push_encoded(href: &mut String, value: &str) {
    for byte in value.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => href.push(char::from(byte)),
            // Writing to a String cannot fail.
            _ => drop(write!(href, "%{byte:02X}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(values: &[(&str, &str)]) -> Query {
        Query::of(RUNS, values)
    }

    #[test]
    fn a_changed_filter_keeps_the_others_and_drops_the_cursor() {
        let query = query(&[("estado", "fallido"), ("cursor", "1.2"), ("ubicacion_id", ""), ("foreign", "x")]);
        assert_eq!(query.href_with("modo", Some("completo")), "/actividad?estado=fallido&modo=completo");
        assert_eq!(query.href_with("estado", Some("")), "/actividad");
        assert_eq!(query.href_with(CURSOR, Some("9.8")), "/actividad?estado=fallido&cursor=9.8");
        assert_eq!(query.href_with(CURSOR, None), "/actividad?estado=fallido");
    }

    #[test]
    fn values_are_encoded() {
        assert_eq!(
            query(&[]).href_with("ubicacion_id", Some("añil & 1%")),
            "/actividad?ubicacion_id=a%C3%B1il%20%26%201%25"
        );
    }

    #[test]
    fn empty_and_foreign_parameters_ask_for_nothing() {
        assert_eq!(query(&[("estado", ""), ("foreign", "x")]), query(&[]));
        assert_eq!(query(&[("estado", "")]).way_out(), None);
        assert_eq!(query(&[("estado", "fallido")]).way_out(), Some("/actividad"));
    }
}
