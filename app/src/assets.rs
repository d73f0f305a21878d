//! The site's own files by the names that they have in this build: their contents' hash is in them, so a browser keeps them
//! for good (scripts/name-files.mjs).

use std::collections::BTreeMap;
use std::sync::Arc;

use leptos::prelude::use_context;
use serde::Deserialize;

/// Where the files are below the site's address.
pub const FOLDER: &str = "/pkg/";

/// The files of a build; a context of the server's.
#[derive(Clone, Debug, Default)]
pub struct Assets(Arc<Manifest>);

/// `files.json` of the site.
#[derive(Debug, Default, Deserialize)]
struct Manifest {
    build: String,
    files: BTreeMap<String, String>,
}

impl Assets {
    /// From `files.json`, with what else another build differs in.
    pub fn read(json: &str, program: &str) -> Result<Self, leptos::serde_json::Error> {
        let mut manifest: Manifest = leptos::serde_json::from_str(json)?;
        manifest.build = format!("{}-{program}", manifest.build);
        Ok(Self(Arc::new(manifest)))
    }

    /// Which build this is: what the document says and the stream of events repeats.
    pub fn build(&self) -> &str {
        &self.0.build
    }

    /// The path of a file.
    pub fn path(&self, name: &str) -> String {
        format!("{FOLDER}{}", self.0.files.get(name).map_or(name, String::as_str))
    }

    /// Whether a path is of a file whose content never changes under its name.
    pub fn is_immutable(&self, path: &str) -> bool {
        let name = path.strip_prefix(FOLDER).map(|name| name.strip_suffix(".map").unwrap_or(name));
        name.is_some_and(|name| self.0.files.values().any(|known| known == name))
    }
}

/// The files of the page in hand.
pub fn assets() -> Assets {
    use_context().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_has_its_hash_in_its_name_is_kept_for_good() {
        let json = r#"{"build": "b1", "files": {"klk.css": "klk-0123456789ab.css"}}"#;
        let assets = Assets::read(json, "p1").unwrap();
        assert_eq!(assets.path("klk.css"), "/pkg/klk-0123456789ab.css");
        assert_eq!(assets.build(), "b1-p1");
        for (path, is_immutable) in [
            ("/pkg/klk-0123456789ab.css", true),
            ("/pkg/klk-0123456789ab.css.map", true),
            ("/pkg/klk.css", false),
            ("/klk-0123456789ab.css", false),
            ("/favicon.svg", false),
        ] {
            assert_eq!(assets.is_immutable(path), is_immutable, "{path}");
        }
    }

    #[test]
    fn a_site_that_was_not_built_has_plain_names() {
        assert_eq!(Assets::default().path("klk.css"), "/pkg/klk.css");
    }
}
