//! Which crate may use which: DESIGN's edges, exactly.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// What each crate may use of ours.
const ALLOWED: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("klk", &["domain"]),
    ("klk-sim", &["domain"]),
    ("warehouse", &["domain", "texts"]),
    ("monitoring", &["domain"]),
    ("notices", &["domain"]),
    ("oidc", &[]),
    ("test-database", &[]),
    ("texts", &["domain"]),
    ("engine", &["domain", "klk", "warehouse", "monitoring", "notices", "texts"]),
    ("app", &["domain", "engine", "texts"]),
    ("frontend", &["app"]),
    ("server", &["app", "domain", "engine", "klk", "klk-sim", "monitoring", "notices", "oidc", "texts", "warehouse"]),
];
/// Everybody's, in tests.
const TESTS_ONLY: &[&str] = &["klk-sim", "test-database"];
/// Libraries that one crate alone may name, but for tests that break something from outside.
const OWNED: &[(&str, &str)] = &[
    ("duckdb", "warehouse"),
    ("tokio-postgres", "warehouse"),
    ("lettre", "notices"),
    ("openidconnect", "oidc"),
    ("sentry", "monitoring"),
];

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn packages() -> BTreeMap<String, Value> {
    let arguments = ["metadata", "--no-deps", "--format-version", "1", "--offline"];
    let output = Command::new(env!("CARGO")).args(arguments).current_dir(workspace()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    packages.iter().map(|package| (package["name"].as_str().unwrap().to_owned(), package.clone())).collect()
}

fn dependencies(package: &Value) -> &[Value] {
    package["dependencies"].as_array().unwrap()
}

#[test]
fn every_crate_uses_what_the_design_allows_and_nothing_else() {
    let packages = packages();
    let known: Vec<&str> = ALLOWED.iter().map(|(name, _)| *name).collect();
    let unknown: Vec<&String> = packages.keys().filter(|name| !known.contains(&name.as_str())).collect();
    assert!(unknown.is_empty(), "crates without a line in ALLOWED: {unknown:?}");
    for (name, allowed) in ALLOWED {
        for dependency in dependencies(&packages[*name]) {
            let used = dependency["name"].as_str().unwrap();
            let is_test = dependency["kind"] == "dev";
            let is_fine = !known.contains(&used) || allowed.contains(&used) || (is_test && TESTS_ONLY.contains(&used));
            assert!(is_fine, "{name} must not use {used}");
        }
    }
}

#[test]
fn the_app_uses_the_engine_on_the_server_only() {
    let app = &packages()["app"];
    let engine = dependencies(app).iter().find(|dependency| dependency["name"] == "engine").unwrap();
    assert_eq!(engine["optional"], true);
    let features = app["features"].as_object().unwrap();
    let with_engine: Vec<&String> = features
        .iter()
        .filter(|(_, enabled)| {
            enabled.as_array().unwrap().iter().any(|feature| feature.as_str().unwrap().contains("engine"))
        })
        .map(|(name, _)| name)
        .collect();
    assert_eq!(with_engine, ["ssr"]);
}

#[test]
fn everything_of_the_frontend_is_for_webassembly() {
    for dependency in dependencies(&packages()["frontend"]) {
        assert_eq!(dependency["target"], "cfg(target_arch = \"wasm32\")", "{}", dependency["name"]);
    }
}

#[test]
fn one_crate_alone_names_each_of_the_large_libraries() {
    let packages = packages();
    for (library, owner) in OWNED {
        let users: Vec<&String> = packages
            .iter()
            .filter(|(_, package)| {
                dependencies(package).iter().any(|dependency| {
                    dependency["kind"] != "dev" && dependency["name"].as_str().unwrap().starts_with(library)
                })
            })
            .map(|(name, _)| name)
            .filter(|name| !TESTS_ONLY.contains(&name.as_str()))
            .collect();
        assert_eq!(users, [owner], "who names {library}");
    }
}

#[test]
fn the_site_options_of_the_deployed_server_are_those_of_the_workspace() {
    let section = |file: &str| {
        let text = std::fs::read_to_string(workspace().join(file)).unwrap();
        let start = text.find("[[workspace.metadata.leptos]]").unwrap();
        let lines = text[start..].lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        lines.map(str::to_owned).collect::<Vec<String>>()
    };
    assert_eq!(section("Leptos.toml"), section("Cargo.toml"));
}

/// What each folder of the app may use of the others. A folder below another one belongs to it.
const FOLDERS: &[(&str, &[&str])] = &[
    ("access", &["format", "i18n", "page", "preferences", "query", "views"]),
    ("api", &["i18n", "preferences"]),
    ("assets", &[]),
    ("format", &["i18n", "preferences"]),
    ("forms", &["api", "format", "i18n", "page", "pages", "preferences", "query", "values", "views"]),
    ("islands", &[]),
    ("page", &["api", "preferences", "query", "views"]),
    ("pages", &["api", "format", "i18n", "islands", "page", "preferences", "query", "values", "views"]),
    ("parts", &["access", "api", "assets", "i18n", "page", "preferences", "query", "references", "sentry", "views"]),
    ("preferences", &["i18n"]),
    ("query", &[]),
    ("references", &[]),
    ("sample", &[]),
    ("sentry", &["assets"]),
    ("values", &["query"]),
    (
        "views",
        &["api", "assets", "format", "i18n", "islands", "preferences", "query", "references", "sentry", "values"],
    ),
];

/// The source files below a folder.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

#[test]
fn every_folder_of_the_app_uses_what_the_design_allows_and_nothing_else() {
    let root = workspace().join("app/src");
    let files = sources(&root);
    assert!(files.len() > 60, "{}", files.len());
    for file in files {
        let below = file.strip_prefix(&root).unwrap();
        let folder =
            below.components().next().unwrap().as_os_str().to_str().unwrap().trim_end_matches(".rs").to_owned();
        if folder == "lib" {
            continue;
        }
        let allowed = FOLDERS.iter().find(|(name, _)| *name == folder);
        let (_, allowed) = allowed.unwrap_or_else(|| panic!("{folder} has no line in FOLDERS"));
        for path in SourceFile::read(&root, &file).from_root {
            let name = path.split("::").next().unwrap();
            assert!(name == folder || allowed.contains(&name), "{}: must not use {name}", file.display());
        }
    }
}

/// A source file with the paths that it names: of `use` declarations and in expressions, from the root of its crate.
struct SourceFile {
    /// Its modules from the root, `plans::book`.
    module: String,
    /// After `crate::`.
    from_root: Vec<String>,
    /// After `super::`, from the root as well.
    from_above: Vec<String>,
}

impl SourceFile {
    fn read(root: &Path, file: &Path) -> Self {
        let below = file.strip_prefix(root).unwrap().with_extension("");
        let parts: Vec<&str> = below.iter().map(|part| part.to_str().unwrap()).collect();
        let parts = parts.strip_suffix(&["mod"]).unwrap_or(&parts);
        let source = std::fs::read_to_string(file).unwrap();
        let source = source.split("#[cfg(test)]").next().unwrap();
        let code: Vec<&str> = source.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
        let code = code.join(" ");
        let parent = parts[..parts.len().saturating_sub(1)].join("::");
        // In a file of a folder's own, `super` is the folder above; in `mod.rs` the same is true of its parts.
        let (from_root, from_above) = (paths_after(&code, "crate::", ""), paths_after(&code, "super::", &parent));
        Self { module: parts.join("::"), from_root, from_above }
    }
}

/// Every path after a prefix, with braces spelled out.
fn paths_after(code: &str, prefix: &str, base: &str) -> Vec<String> {
    let mut found = Vec::new();
    for rest in code.split(prefix).skip(1) {
        spell_out(rest, base, &mut found);
    }
    found
}

/// Adds the paths at the beginning of a text; returns what follows them.
fn spell_out<'code>(text: &'code str, base: &str, found: &mut Vec<String>) -> &'code str {
    let joined = |name: &str| if base.is_empty() { name.to_owned() } else { format!("{base}::{name}") };
    if let Some(mut rest) = text.strip_prefix('{') {
        loop {
            rest = spell_out(rest.trim_start(), base, found).trim_start();
            match rest.strip_prefix(',') {
                Some(next) => rest = next,
                None => return rest.strip_prefix('}').unwrap_or(rest),
            }
        }
    }
    let end = text.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    if name.is_empty() {
        return rest;
    }
    match rest.strip_prefix("::") {
        Some(deeper) if name != "super" => spell_out(deeper, &joined(name), found),
        _ => {
            found.push(joined(name));
            rest
        }
    }
}

/// What `lib.rs` or `main.rs` gives under another path: each name, and the module that it comes from.
fn given_at_the_root(root: &Path) -> BTreeMap<String, String> {
    let file = ["lib.rs", "main.rs"].map(|name| root.join(name)).into_iter().find(|file| file.is_file()).unwrap();
    let source = std::fs::read_to_string(file).unwrap();
    let mut given = BTreeMap::new();
    for declaration in source.split("use ").skip(1) {
        let mut paths = Vec::new();
        spell_out(declaration, "", &mut paths);
        for path in paths {
            if let Some((module, name)) = path.rsplit_once("::") {
                given.insert(name.to_owned(), module.to_owned());
            }
        }
    }
    given
}

/// The files that each file of a crate names.
fn arrows(root: &Path) -> BTreeMap<String, BTreeSet<String>> {
    let files: Vec<SourceFile> = sources(root).iter().map(|file| SourceFile::read(root, file)).collect();
    let modules: BTreeSet<&str> = files.iter().map(|file| file.module.as_str()).collect();
    let given = given_at_the_root(root);
    let module_of = |path: &str| {
        let from_root = given.get(path).cloned();
        let mut path = from_root.unwrap_or_else(|| path.to_owned());
        while !modules.contains(path.as_str()) {
            path = path.rsplit_once("::")?.0.to_owned();
        }
        Some(path)
    };
    let mut arrows: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in files.iter().filter(|file| !matches!(file.module.as_str(), "lib" | "main")) {
        let named = file
            .from_root
            .iter()
            .chain(&file.from_above)
            .filter_map(|path| module_of(path))
            .filter(|module| *module != file.module);
        arrows.entry(file.module.clone()).or_default().extend(named);
    }
    arrows
}

#[test]
fn no_files_of_a_crate_import_each_other_in_a_circle() {
    for (name, _) in ALLOWED {
        let folder =
            if ["app", "frontend", "server"].contains(name) { (*name).to_owned() } else { format!("crates/{name}") };
        let mut arrows = arrows(&workspace().join(folder).join("src"));
        // What names only what is gone goes, until nothing or a circle is left.
        while let Some(free) = arrows.iter().find(|(_, named)| named.iter().all(|other| !arrows.contains_key(other))) {
            let free = free.0.clone();
            arrows.remove(&free);
        }
        assert!(arrows.is_empty(), "a circle, or what leads to one, in {name}: {arrows:#?}");
    }
}

#[test]
fn the_arrows_of_the_engine_are_seen() {
    let arrows = arrows(&workspace().join("crates/engine/src"));
    let named = |file: &str, other: &str| arrows[file].contains(other);
    assert!(
        named("lifecycle", "engine") && named("pipelines::ventas", "pipelines::job") && named("engine", "plans::book")
    );
    assert!(named("use_cases::reconcile", "engine"), "through the root");
}

/// Crates that say nothing to people themselves: they have codes, and `texts` the sentences.
const WITHOUT_SENTENCES: &[&str] = &["domain", "klk", "warehouse", "engine"];
/// Files of theirs with Spanish words that are no sentence on a page: names that the system calls itself, what the POS says, what
/// commands say of files, and what is reported to Sentry.
const WORDS_OF_THEIR_OWN: &[&str] =
    &["access/activity", "actor", "backups", "recovery_notice", "refusal", "common_passwords"];

#[test]
fn the_sentences_of_the_crates_are_in_the_locales() {
    let mut found = Vec::new();
    for name in WITHOUT_SENTENCES {
        let root = workspace().join("crates").join(name).join("src");
        for file in sources(&root) {
            let module = file.strip_prefix(&root).unwrap().with_extension("");
            if WORDS_OF_THEIR_OWN.iter().any(|known| module == Path::new(known)) || module.ends_with("tests") {
                continue;
            }
            let source = std::fs::read_to_string(&file).unwrap();
            let source = source.split("#[cfg(test)]").next().unwrap();
            let code: Vec<&str> = source.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
            let literals = code.iter().flat_map(|line| line.split('"').skip(1).step_by(2));
            let is_spanish =
                |text: &&str| text.contains(' ') && text.contains(['á', 'é', 'í', 'ó', 'ú', 'ñ', '¿', '¡']);
            found.extend(literals.filter(is_spanish).map(|text| format!("{}: {text}", file.display())));
        }
    }
    assert_eq!(found, Vec::<String>::new());
}
