//! What somebody installs with: the files of docs/deploy, and that the runbook has every code, alert and check.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::support::{Klk, Pos};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

const FILES: [&str; 9] = [
    "docs/deploy/klk.service",
    "docs/deploy/nginx.conf",
    "docs/deploy/Dockerfile",
    "docs/deploy/compose.yaml",
    "docs/deploy/compose.postgresql.yaml",
    "docs/RUNBOOK.md",
    "docs/METRICS.md",
    "docs/how-to/operate.md",
    "docs/how-to/postgresql.md",
];

/// A number after some words, as `TimeoutStopSec=45`.
fn number(text: &str, before: &str) -> u64 {
    let (_, after) = text.split_once(before).unwrap_or_else(|| panic!("{before} is not in it"));
    after.chars().take_while(char::is_ascii_digit).collect::<String>().parse().unwrap()
}

/// What counts where nobody says otherwise.
fn default_of(variable: &str) -> String {
    let configuration = read("docs/CONFIGURATION.md");
    let line = configuration.lines().find(|line| line.starts_with(&format!("| `{variable}`"))).unwrap().to_owned();
    line.split('|').nth(3).unwrap().trim().trim_matches('`').to_owned()
}

#[test]
fn every_setting_that_the_documents_name_exists() {
    let known = read("docs/CONFIGURATION.md");
    for file in FILES.into_iter().chain(["docs/how-to/backups.md", "docs/how-to/users.md", "README.md"]) {
        let text = read(file);
        let words = text.split(|character: char| !(character.is_ascii_alphanumeric() || character == '_'));
        let named = words.filter(|word| word.starts_with("KLK_") || word.starts_with("SENTRY_"));
        // A group of settings, as KLK_INTENTOS_*, and one of ./dev.
        for name in named.filter(|name| !name.ends_with('_') && *name != "KLK_CACHE_DIR") {
            assert!(known.contains(&format!("| `{name}`")), "{file} names {name}");
        }
    }
}

#[test]
fn ports_and_times_of_the_files_are_those_of_the_program() {
    let address = default_of("KLK_ADDRESS");
    let (_, port) = address.rsplit_once(':').unwrap();
    let (nginx, docker, unit) =
        (read("docs/deploy/nginx.conf"), read("docs/deploy/Dockerfile"), read("docs/deploy/klk.service"));
    assert_eq!(nginx.matches("proxy_pass ").count(), nginx.matches(&format!("proxy_pass http://{address};")).count());
    assert!(docker.contains(&format!("EXPOSE {port}")) && docker.contains(&format!("/dev/tcp/127.0.0.1/{port} ")));
    assert!(docker.contains(&format!("KLK_ADDRESS=0.0.0.0:{port}")));
    assert!(read("docs/deploy/compose.yaml").contains(&format!("s|{address}|klk:{port}|")));
    let stop: u64 = default_of("KLK_SHUTDOWN_SECONDS").parse().unwrap();
    // Runs, then connections.
    assert!(number(&unit, "TimeoutStopSec=") > stop + 5);
    assert!(number(&read("docs/deploy/compose.yaml"), "stop_grace_period: ") > stop + 5);
    let heartbeat: u64 = default_of("KLK_EVENT_HEARTBEAT_SECONDS").parse().unwrap();
    assert!(number(&nginx, "proxy_read_timeout ") > 2 * heartbeat);
    assert!(nginx.contains("client_max_body_size 1m;") && default_of("KLK_BODY_BYTES_MAX") == "1048576");
    assert!(nginx.contains("proxy_buffering off;") && nginx.contains("http2 on;"));
    assert!(!nginx.contains("$proxy_add_x_forwarded_for"), "whoever asks could say where they are");
}

#[test]
fn the_version_has_its_place_in_the_changelog_and_ci_runs_nothing_that_may_change() {
    let version = env!("CARGO_PKG_VERSION");
    let changelog = read("CHANGELOG.md");
    let headings: Vec<&str> = changelog.lines().filter_map(|line| line.strip_prefix("## ")).collect();
    let released = headings.iter().find(|heading| **heading != "Unreleased");
    assert_eq!(released, Some(&version), "the newest heading of CHANGELOG.md");
    let workflow = read(".github/workflows/release.yml");
    let actions: Vec<&str> =
        workflow.lines().filter_map(|line| line.split_once("uses: ")).map(|(_, used)| used).collect();
    let is_pinned = |action: &&str| {
        let hash = action.split_once('@').and_then(|(_, rest)| rest.split(' ').next()).unwrap_or_default();
        hash.len() == 40 && hash.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    assert!(!actions.is_empty() && actions.iter().all(is_pinned), "{actions:?}");
}

#[test]
fn nothing_is_started_again_that_another_start_does_not_mend() {
    let unit = read("docs/deploy/klk.service");
    assert!(unit.contains("Restart=on-failure") && unit.contains("RestartPreventExitStatus=2 4\n"));
    for line in ["User=klk", "ProtectSystem=strict", "NoNewPrivileges=yes", "StateDirectory=klk"] {
        assert!(unit.contains(&format!("{line}\n")), "{line}");
    }
    let container = read("docs/deploy/compose.yaml");
    assert!(container.contains("read_only: true") && container.contains("cap_drop: [ALL]"));
    assert!(read("docs/deploy/Dockerfile").contains("USER 10001:10001"));
}

/// As far as the machine has it: a unit whose command is not installed here is said to be just that.
#[test]
fn systemd_reads_the_unit() {
    let Ok(output) = Command::new("systemd-analyze").arg("verify").arg(root().join("docs/deploy/klk.service")).output()
    else {
        return;
    };
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let wrong: Vec<_> =
        said.lines().filter(|line| line.contains("klk.service") && !line.contains("/opt/klk/klk")).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn the_runbook_has_every_exit_code_alert_and_check() {
    let runbook = read("docs/RUNBOOK.md");
    let help = Klk::new().run(&["--help"]).answer;
    let codes = help.lines().filter_map(|line| line.trim_start().split_once("  ")?.0.parse::<u8>().ok());
    let codes: BTreeSet<u8> = codes.collect();
    assert_eq!(codes, (0..=5).collect());
    for code in codes {
        assert!(runbook.contains(&format!("\n| {code} | ")), "{code}");
    }
    let planned = Klk::new().run(&["sentry", "provision", "--dry-run", "--json"]);
    assert_eq!(planned.code, 0, "{}", planned.errors);
    let mut alerts = BTreeSet::new();
    names_of_workflows(&planned.json(), &mut alerts);
    assert!(alerts.len() >= 4, "{alerts:?}");
    for alert in alerts {
        assert!(runbook.contains(&format!("| {alert} | ")), "{alert}");
    }
    let checks = Pos::start().klk().run(&["doctor", "--json"]).json();
    for check in checks["revisiones"].as_array().unwrap() {
        let subject = check["que"].as_str().unwrap();
        assert!(runbook.contains(&format!("| {subject}")), "{subject}");
    }
}

/// The names of what is sent to addresses of workflows, which are the alerts.
fn names_of_workflows(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Array(values) => values.iter().for_each(|value| names_of_workflows(value, found)),
        Value::Object(fields) => {
            let path = fields.values().filter_map(Value::as_str).find(|text| text.contains("/workflows/"));
            let bodies = fields.values().filter_map(|value| value.get("name")?.as_str());
            if path.is_some() {
                found.extend(bodies.map(str::to_owned));
            }
            fields.values().for_each(|value| names_of_workflows(value, found));
        }
        _ => {}
    }
}
