use std::collections::HashMap;

use secrecy::ExposeSecret;

use super::*;

fn load(file: &str, environment: &[(&str, &str)]) -> Result<Loaded, InvalidSettings> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("klk.toml");
    std::fs::write(&path, file).unwrap();
    let environment: HashMap<String, String> =
        environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Settings::load(&mut Source::read(Some(&path), environment))
}

fn problems(file: &str, environment: &[(&str, &str)]) -> Vec<String> {
    load(file, environment).err().unwrap().problems
}

#[test]
fn without_a_word_the_defaults_count() {
    let loaded = load("", &[]).unwrap();
    assert_eq!(loaded.settings.client.base_url.to_string(), "http://127.0.0.1:7002");
    assert_eq!(loaded.settings.http.address.to_string(), "127.0.0.1:3000");
    assert_eq!((loaded.settings.engine.workers, loaded.settings.engine.scheduler), (4, true));
    assert!(loaded.warnings.is_empty());
}

#[test]
fn the_environment_wins_over_the_file_and_an_empty_variable_says_nothing() {
    let file = "base_url = \"http://file:1\"\nworkers = 2\nscheduler = false\nretries = 5";
    let loaded = load(file, &[("KLK_BASE_URL", "http://variable:2"), ("KLK_WORKERS", "")]).unwrap();
    assert_eq!(loaded.settings.client.base_url.to_string(), "http://variable:2");
    assert_eq!((loaded.settings.engine.workers, loaded.settings.engine.scheduler), (2, false));
    assert_eq!(loaded.settings.client.retries, 5);
}

#[test]
fn secrets_are_read_and_not_shown() {
    let loaded = load("", &[("KLK_API_KEY", "hunter2"), ("SENTRY_DSN", "https://hunter3@sentry.example/1")]).unwrap();
    let shown = format!("{:?}", loaded.settings);
    assert_eq!(loaded.settings.client.api_key.as_ref().unwrap().expose_secret(), "hunter2");
    assert!(!shown.contains("hunter2") && !shown.contains("hunter3"), "{shown}");
}

#[test]
fn everything_wrong_is_said_at_once_with_what_may_be_written() {
    let environment =
        [("KLK_WORKERS", "0"), ("KLK_SCHEDULER", "maybe"), ("KLK_BASE_URL", "localhost"), ("KLK_ZONA", "Marte")];
    let problems = problems("log_format = \"xml\"", &environment);
    assert_eq!(problems.len(), 5, "{problems:?}");
    let wanted = [
        "KLK_ZONA: 'Marte' no es una zona horaria",
        "KLK_BASE_URL:",
        "KLK_WORKERS: se espera entero de 1 a 64; llegó '0'",
        "KLK_SCHEDULER: se espera on u off; llegó 'maybe'",
        "KLK_LOG_FORMAT (log_format en klk.toml): se espera texto, json; llegó 'xml'",
    ];
    for start in wanted {
        assert!(problems.iter().any(|problem| problem.starts_with(start)), "{start} is not in {problems:?}");
    }
}

#[test]
fn what_would_stop_the_server_later_is_wrong_when_settings_are_read() {
    let cases = [
        ("cron_ventas = \"61 * * * *\"", "KLK_CRON_VENTAS (cron_ventas en klk.toml): '61 * * * *'"),
        ("database_memory_max = \"mucho\"", "KLK_DATABASE_MEMORY_MAX (database_memory_max en klk.toml): 'mucho'"),
        ("database_memory_max = \"2\"", "KLK_DATABASE_MEMORY_MAX (database_memory_max en klk.toml): '2'"),
        ("trusted_origins = \"klk.example\"", "KLK_TRUSTED_ORIGINS (trusted_origins en klk.toml): 'klk.example'"),
        ("hosts = \"https://a b\"", "KLK_HOSTS (hosts en klk.toml): 'https://a b'"),
        ("hosts = \"klk.example:3000\"", "KLK_HOSTS (hosts en klk.toml): 'klk.example:3000'"),
        ("secuencia_sin_cajas = \"cualquier cosa\"", "KLK_SECUENCIA_SIN_CAJAS (secuencia_sin_cajas en klk.toml): 'cua"),
        ("api_key_header = \"x y\"", "KLK_API_KEY_HEADER (api_key_header en klk.toml): 'x y'"),
    ];
    for (file, start) in cases {
        let said = problems(file, &[]);
        assert!(said.len() == 1 && said[0].starts_with(start) && said[0].contains("; escriba "), "{start}: {said:?}");
    }
    let fine = "cron_ventas = \"5,35 8-20 * * 1-6\"\ndatabase_memory_max = \"1.5 GiB\"\n\
                hosts = \"klk, klk.interno\"\ntrusted_origins = \"https://klk.example, http://10.0.0.1:8080\"\n\
                secuencia_sin_cajas = \"tienda_01/C10-03\"";
    assert!(load(fine, &[]).is_ok(), "{:?}", problems(fine, &[]));
}

#[test]
fn an_unknown_key_is_an_error_and_an_unknown_variable_a_warning_each_with_the_nearest_name() {
    assert_eq!(problems("basurl = \"x\"", &[]), ["klk.toml: la clave 'basurl' no existe; ¿quiso decir base_url?"]);
    let loaded = load("", &[("KLK_DATABSE", "x"), ("KLK_CACHE_DIR", "x")]).unwrap();
    assert_eq!(loaded.warnings, ["la variable KLK_DATABSE no existe; ¿quiso decir KLK_DATABASE?"]);
}

#[test]
fn a_provider_of_identities_is_whole_or_wrong() {
    let whole = [
        ("KLK_OIDC_ISSUER", "https://id.ejemplo.com/realms/klk"),
        ("KLK_OIDC_CLIENT_ID", "klk"),
        ("KLK_OIDC_CLIENT_SECRET", "hunter6"),
        ("KLK_PUBLIC_URL", "https://klk.ejemplo.com"),
    ];
    assert!(load("", &[]).unwrap().settings.sign_on.is_none());
    let sign_on = load("", &whole).unwrap().settings.sign_on.unwrap();
    assert_eq!(sign_on.provider.redirect_url.as_str(), "https://klk.ejemplo.com/entrar/proveedor/vuelta");
    assert_eq!((sign_on.name.as_str(), sign_on.creates_readers), ("id.ejemplo.com", false));
    assert!(!format!("{sign_on:?}").contains("hunter6"));
    for missing in [0, 1, 3] {
        let mut part = whole.to_vec();
        let (name, _) = part.remove(missing);
        let said = problems("", &part);
        assert!(said.len() == 1 && said[0].starts_with(name), "{said:?}");
    }
    let unencrypted = [("KLK_OIDC_ISSUER", "http://id.ejemplo.com"), whole[1], whole[3]];
    assert!(problems("", &unencrypted)[0].contains("'http://id.ejemplo.com' no sirve"));
}

#[test]
fn stores_are_read_from_the_file() {
    let file = r#"
        [[tiendas]]
        id = "tienda_30"
        codigo = "SUC030"
        nombre = "NUEVA"
        horario = "09:00-20:00"
        desde = "2025-11-01"
        almacenes = [{ codigo = "TNU", nombre = "PISO DE VENTA" }]
    "#;
    let branches = load(file, &[]).unwrap().settings.branches;
    assert_eq!((branches[0].id.as_str(), branches[0].almacenes[0].codigo.as_str()), ("tienda_30", "TNU"));
    let holidays = "[[feriados]]\nfecha = \"2025-12-25\"\nhorario = \"cerrado\"\nnota = \"Navidad\"\n";
    assert_eq!(load(&format!("{holidays}{file}"), &[]).unwrap().settings.holidays[0].fecha, "2025-12-25");
    assert!(problems(&holidays.replace("cerrado", "a ratos"), &[])[0].starts_with("[[feriados]]: 'a ratos'"));
    let misspelled = problems(&file.replace("nombre = \"NUEVA\"", "nombr = \"NUEVA\""), &[]);
    assert!(misspelled[0].starts_with("[[tiendas]]: "), "{misspelled:?}");
}

#[test]
fn a_file_that_is_no_toml_or_not_there_is_a_problem() {
    assert!(problems("esto no es toml", &[])[0].contains("klk.toml"));
    let missing = Settings::load(&mut Source::read(Some(Path::new("/nowhere/klk.toml")), HashMap::new()));
    assert!(missing.err().unwrap().problems[0].starts_with("/nowhere/klk.toml no se puede leer"));
}

const CHANNELS: &str = r#"
[[canales]]
nombre = "guardia"
tipo = "correo"
servidor = "smtp.ejemplo.com"
usuario = "klk"
clave_variable = "CLAVE_DE_GUARDIA"
de = "KLK <klk@ejemplo.com>"
para = ["guardia@ejemplo.com"]

[[canales]]
nombre = "equipo"
tipo = "telegram"
direccion = "https://api.telegram.org/bot123:hunter4/sendMessage"
destino = "-100"
reglas = ["enseguida"]
"#;

#[test]
fn channels_are_read_and_their_secrets_are_not_shown() {
    let loaded = load(CHANNELS, &[("CLAVE_DE_GUARDIA", "hunter5")]).unwrap();
    let channels = &loaded.settings.notices.channels;
    let kinds: Vec<_> = channels.iter().map(|channel| (channel.kind(), channel.rules.digest)).collect();
    assert_eq!(kinds, [("correo", true), ("telegram", false)]);
    let secrets: Vec<_> = channels.iter().flat_map(|one| one.secrets()).map(ExposeSecret::expose_secret).collect();
    assert_eq!(secrets, ["hunter5", "https://api.telegram.org/bot123:hunter4/sendMessage"]);
    let shown = format!("{:?} {}", loaded.settings, channels[1].shown_target());
    assert!(!shown.contains("hunter4") && !shown.contains("hunter5"), "{shown}");
    assert_eq!(channels[1].shown_target(), "api.telegram.org");
}

#[test]
fn what_is_wrong_with_a_channel_is_said_with_its_name() {
    let said = problems(CHANNELS, &[]).join("\n");
    assert!(said.contains("[[canales]] guardia: clave_variable: la variable CLAVE_DE_GUARDIA no está"), "{said}");
    let file = "[[canales]]\nnombre = \"x\"\ntipo = \"paloma\"\n[[canales]]\nnombre = \"x\"\ntipo = \"slack\"\n\
                reglas = [\"siempre\"]\nplantilla = \"{\"\n";
    let said = problems(file, &[]).join("\n");
    for expected in
        ["'paloma' no existe", "está dos veces", "'siempre' no existe", "direccion no es", "plantilla: no es JSON"]
    {
        assert!(said.contains(expected), "{expected} in {said}");
    }
    let said = problems("avisos_resumen_hora = \"temprano\"", &[]).join("\n");
    assert!(said.contains("KLK_AVISOS_RESUMEN_HORA"), "{said}");
}
