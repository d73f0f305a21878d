//! What is written about settings, against what the program reads.

use std::path::{Path, PathBuf};

use crate::support::Klk;

fn of_workspace(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join(file)
}

#[test]
fn the_documentation_of_variables_is_the_programs_own() {
    let documented = std::fs::read_to_string(of_workspace("docs/CONFIGURATION.md")).unwrap();
    let printed = Klk::new().run(&["doctor", "--variables-markdown"]);
    assert_eq!(printed.code, 0, "{}", printed.errors);
    assert_eq!(
        documented.trim(),
        printed.answer.trim(),
        "run: klk doctor --variables-markdown > docs/CONFIGURATION.md"
    );
}

#[test]
fn every_line_of_the_example_can_be_used() {
    let example = std::fs::read_to_string(of_workspace("klk.toml.example")).unwrap();
    // Settings are commented out in it, one a line: `# key = value`.
    let is_setting = |line: &str| {
        let name = line.split(" = ").next().unwrap_or_default();
        ["[[tiendas]]", "[[feriados]]", "[[canales]]"].contains(&line)
            || line.contains(" = ") && name.chars().all(|letter| letter.is_ascii_lowercase() || letter == '_')
    };
    let whole: Vec<&str> = example
        .lines()
        .map(|line| line.strip_prefix("# ").filter(|setting| is_setting(setting)).unwrap_or(line))
        .collect();
    let used = whole.iter().filter(|line| is_setting(line)).count();
    assert!(used > 20, "only {used} settings were found in the example");

    let klk = Klk::new().with_file(&whole.join("\n"));
    let report = klk.run(&["doctor", "--json"]).json();
    let usable = &report["revisiones"][0];
    assert_eq!(
        (usable["que"].as_str(), usable["resultado"].as_str()),
        (Some("configuración"), Some("bien")),
        "{report}"
    );
}

#[test]
fn the_doctor_masks_secrets_and_says_where_a_value_comes_from() {
    let klk = Klk::new().with_file("workers = 3").with_variable("KLK_API_KEY", "hunter2");
    let run = klk.run(&["doctor", "--json"]);
    assert!(!run.answer.contains("hunter2") && !run.errors.contains("hunter2"));
    let report = run.json();
    let value = |name: &str| {
        let values = report["variables"].as_array().unwrap();
        let found = values.iter().find(|value| value["nombre"] == name).unwrap();
        (found["valor"].as_str().unwrap().to_owned(), found["origen"].as_str().unwrap().to_owned())
    };
    assert_eq!(value("KLK_WORKERS"), ("3".to_owned(), "klk.toml".to_owned()));
    assert_eq!(value("KLK_API_KEY"), ("••••••".to_owned(), "entorno".to_owned()));
    assert_eq!(value("KLK_RETRIES"), ("3".to_owned(), "por defecto".to_owned()));
}

#[test]
fn wrong_settings_end_every_command_with_2_and_the_doctor_with_3() {
    let klk = Klk::new().with_file("wrokers = 3");
    let run = klk.run(&["gaps"]);
    assert_eq!(run.code, 2);
    assert!(run.errors.contains("'wrokers' no existe; ¿quiso decir workers?"), "{}", run.errors);
    assert_eq!(klk.run(&["doctor"]).code, 3);
}

#[test]
fn settings_that_would_stop_the_server_make_no_database_and_are_findings_of_the_doctor() {
    for line in ["cron_ventas = \"61 * * * *\"", "database_memory_max = \"mucho\"", "api_key_header = \"x y\""] {
        let klk = Klk::new().with_file(line).with_variable("KLK_API_KEY", "hunter2");
        let served = klk.run(&["serve"]);
        assert_eq!(served.code, 2, "{line}: {}", served.errors);
        assert!(!klk.path("data").exists(), "{line}");
        let report = klk.run(&["doctor", "--json"]).json();
        let key = line.split(" = ").next().unwrap();
        assert!(report["revisiones"][0]["detalle"].as_str().unwrap().contains(key), "{report}");
    }
}
