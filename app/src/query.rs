//! The filters of a page as its URL has them, so that a view can be shared, kept and stepped back to.

use std::fmt::Write as _;

use domain::{BranchId, RunId};
use jiff::civil::Date;
use leptos_router::params::ParamsMap;

/// A list with filters: where it is, and the parameters it knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listing {
    /// Its path.
    pub path: &'static str,
    parameters: &'static [&'static str],
}

/// The overview. The server alone draws it, so links to it are `rel="external"`: the router leaves them to the browser.
pub const HOME_PATH: &str = "/";
/// Where one signs in.
#[cfg(feature = "ssr")]
pub const SIGN_IN_PATH: &str = "/entrar";
/// Where one sets a password.
#[cfg(feature = "ssr")]
pub const PASSWORD_PATH: &str = "/clave";
/// Where the browser signs out.
#[cfg(feature = "ssr")]
pub const SIGN_OUT_PATH: &str = "/salir";
/// Where administrators administer users.
#[cfg(feature = "ssr")]
pub const USERS_PATH: &str = "/usuarios";

/// The list of runs.
pub const RUNS: Listing =
    Listing { path: "/ejecuciones", parameters: &["ubicacion_id", "estado", "modo", "etl_tipo", CURSOR] };
/// The list of gaps.
pub const GAPS: Listing =
    Listing { path: "/gaps", parameters: &["ubicacion_id", "etl_tipo", "max_horas", "ordenar", AT] };

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
pub const MONITORING: &str = "/monitoreo";

/// The page of a run.
pub fn run_href(run: RunId) -> String {
    format!("{}/{run}", RUNS.path)
}

/// The list of comparisons with the source.
pub const RECONCILIATIONS: Listing = Listing { path: "/conciliaciones", parameters: &["ubicacion_id", "dias"] };
/// The history.
pub const HISTORY: Listing =
    Listing { path: "/historial", parameters: &["ubicacion_id", "accion", "desde_momento", "hasta_momento", CURSOR] };
/// The page of plans, which has no filters.
pub const PLANS_PATH: &str = "/planes";
/// The page of stock, which has no filters.
pub const STOCK_PATH: &str = "/inventario";

/// The page of calendars, with a store chosen.
pub const CALENDARS: Listing = Listing { path: "/calendarios", parameters: &["ubicacion_id"] };

/// The moment that a list is to be true of; now where it is absent.
pub const AT: &str = "en";

/// The parameter that is no filter: where an older page starts.
pub const CURSOR: &str = "cursor";

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

    /// From the address, which may also have empty parameters (forms send them) and foreign ones.
    pub fn read(listing: Listing, address: &ParamsMap) -> Self {
        Self::from_values(listing, |name| address.get(name))
    }

    fn from_values(listing: Listing, value: impl Fn(&str) -> Option<String>) -> Self {
        let given = |name: &'static str| Some((name, value(name).filter(|value| !value.is_empty())?));
        Self { listing, set: listing.parameters.iter().filter_map(|name| given(name)).collect() }
    }

    /// The address.
    pub fn href(&self) -> String {
        self.href_with(CURSOR, self.get(CURSOR).as_deref())
    }

    /// The value of a parameter that is set.
    pub fn get(&self, name: &str) -> Option<String> {
        self.set.iter().find(|(set, _)| *set == name).map(|(_, value)| value.clone())
    }

    /// The list without any parameter, where some are set.
    pub fn way_out(&self) -> Option<&'static str> {
        (!self.set.is_empty()).then_some(self.listing.path)
    }

    /// The address with one parameter changed and the others kept. The cursor belongs to the filters it was given under,
    /// so it goes whenever one of them changes.
    pub fn href_with(&self, changed: &'static str, value: Option<&str>) -> String {
        let kept = self.set.iter().filter(|(name, _)| *name != changed && *name != CURSOR);
        let kept = kept.map(|(name, value)| (*name, value.as_str()));
        let changed = value.filter(|value| !value.is_empty()).map(|value| (changed, value));
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
        assert_eq!(query.href_with("modo", Some("completo")), "/ejecuciones?estado=fallido&modo=completo");
        assert_eq!(query.href_with("estado", Some("")), "/ejecuciones");
        assert_eq!(query.href_with(CURSOR, Some("9.8")), "/ejecuciones?estado=fallido&cursor=9.8");
        assert_eq!(query.href_with(CURSOR, None), "/ejecuciones?estado=fallido");
    }

    #[test]
    fn values_are_encoded() {
        assert_eq!(
            query(&[]).href_with("ubicacion_id", Some("añil & 1%")),
            "/ejecuciones?ubicacion_id=a%C3%B1il%20%26%201%25"
        );
    }

    #[test]
    fn empty_and_foreign_parameters_ask_for_nothing() {
        assert_eq!(query(&[("estado", ""), ("foreign", "x")]), query(&[]));
        assert_eq!(query(&[("estado", "")]).way_out(), None);
        assert_eq!(query(&[("estado", "fallido")]).way_out(), Some("/ejecuciones"));
    }
}
