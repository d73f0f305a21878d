//! Which crate may use which: DESIGN's edges, exactly.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// What each crate may use of ours.
const ALLOWED: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("klk", &["domain"]),
    ("klk-sim", &["domain"]),
    ("warehouse", &["domain"]),
    ("monitoring", &["domain"]),
    ("notices", &["domain"]),
    ("engine", &["domain", "klk", "warehouse", "monitoring", "notices"]),
    ("app", &["domain", "engine"]),
    ("frontend", &["app"]),
    ("server", &["app", "domain", "engine", "klk", "klk-sim", "monitoring", "notices", "warehouse"]),
];
/// The simulator is everybody's, in tests.
const TESTS_ONLY: &str = "klk-sim";
/// Libraries that one crate alone may name.
const OWNED: &[(&str, &str)] = &[("duckdb", "warehouse"), ("lettre", "notices"), ("sentry", "monitoring")];

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
            let is_fine = !known.contains(&used) || allowed.contains(&used) || (is_test && used == TESTS_ONLY);
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
                dependencies(package).iter().any(|dependency| dependency["name"].as_str().unwrap().starts_with(library))
            })
            .map(|(name, _)| name)
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
    ("i18n", &[]),
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

/// The names after `crate::`, also in braces, in what is no test.
fn used(source: &str) -> Vec<String> {
    let source = source.split("#[cfg(test)]").next().unwrap();
    let mut names = Vec::new();
    for rest in source.split("crate::").skip(1) {
        let list = rest.strip_prefix('{').map_or(rest, |list| list.split('}').next().unwrap());
        let many = rest.starts_with('{');
        for part in list.split(',').take(if many { usize::MAX } else { 1 }) {
            let name: String =
                part.trim().chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect();
            names.push(name);
        }
    }
    names.into_iter().filter(|name| !name.is_empty()).collect()
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
        for name in used(&std::fs::read_to_string(&file).unwrap()) {
            assert!(name == folder || allowed.contains(&name.as_str()), "{}: must not use {name}", file.display());
        }
    }
}
