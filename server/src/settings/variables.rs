//! Every variable that klk reads: the only place that names them. `klk doctor --variables-markdown` prints this file as
//! docs/CONFIGURATION.md, and a test compares both.

use super::variable::{Kind, Variable};

macro_rules! variables {
    ($($constant:ident = $name:literal, $kind:expr, $meaning:literal;)+) => {
        $(
            #[doc = $meaning]
            pub const $constant: Variable = Variable { name: $name, kind: $kind, meaning: $meaning };
        )+

        /// Every variable, in the order in which they are documented.
        pub const ALL: &[&Variable] = &[$(&$constant),+];
    };
}

const fn number(default: u64, least: u64, most: u64) -> Kind {
    Kind::Number { default, least, most }
}

const fn text(default: &'static str) -> Kind {
    Kind::Text { default: Some(default) }
}

const OPTIONAL: Kind = Kind::Text { default: None };

variables! {
    BASE_URL = "KLK_BASE_URL", text("http://127.0.0.1:7002"), "Dirección del servidor KLK (http o https, sin usuario ni clave).";
    API_KEY = "KLK_API_KEY", Kind::Secret, "Clave de API del servidor KLK, si la pide.";
    API_KEY_HEADER = "KLK_API_KEY_HEADER", text("x-api-key"), "Cabecera HTTP en la que se envía la clave de API.";
    TIMEOUT_SALES_SECONDS = "KLK_TIMEOUT_SALES_SECONDS", number(120, 1, 3600), "Espera máxima de una respuesta de ventas, en segundos.";
    TIMEOUT_ARTICLES_SECONDS = "KLK_TIMEOUT_ARTICLES_SECONDS", number(60, 1, 3600), "Espera máxima de una respuesta de artículos o almacenes, en segundos.";
    TIMEOUT_CONNECT_SECONDS = "KLK_TIMEOUT_CONNECT_SECONDS", number(10, 1, 600), "Espera máxima para conectar con KLK, en segundos.";
    TIMEOUT_PROBE_SECONDS = "KLK_TIMEOUT_PROBE_SECONDS", number(5, 1, 60), "Espera máxima de la prueba de conectividad con KLK, en segundos.";
    RETRIES = "KLK_RETRIES", number(3, 0, 10), "Veces que se repite una petición a KLK que falló y que vale la pena repetir.";
    BACKOFF_BASE_MILLISECONDS = "KLK_BACKOFF_BASE_MILLISECONDS", number(500, 0, 60_000), "Pausa máxima antes de la primera repetición, en milisegundos; se duplica con cada una.";
    BACKOFF_MAX_SECONDS = "KLK_BACKOFF_MAX_SECONDS", number(20, 0, 600), "Pausa máxima antes de cualquier repetición, en segundos.";
    CLOCK_DRIFT_MAX_SECONDS = "KLK_CLOCK_DRIFT_MAX_SECONDS", number(120, 1, 86_400), "Diferencia entre el reloj de KLK y el nuestro, en segundos, desde la que se avisa.";
    RESPONSES_BYTES_MAX = "KLK_RESPONSES_BYTES_MAX", number(805_306_368, 1_048_576, 68_719_476_736), "Memoria para todas las respuestas de KLK juntas, desde que llegan hasta que se guardan, en bytes; la que no cabe se rechaza y se vuelve a pedir.";
    ANSWER_BYTES_MAX = "KLK_ANSWER_BYTES_MAX", number(268_435_456, 1024, 4_294_967_296), "Tamaño máximo de una respuesta de KLK, en bytes.";

    DATABASE = "KLK_DATABASE", text("data/klk.duckdb"), "Archivo de la base de datos DuckDB, cuya carpeta se crea si falta; o la dirección de una base PostgreSQL que comparten varios procesos, `postgres://persona:clave@servidor/base?sslmode=require`.";
    ROLE = "KLK_ROL", Kind::Choice { words: &["todo", "web", "trabajador"] }, "Qué hace este proceso cuando varios comparten una base PostgreSQL: `web`, páginas y REST; `trabajador`, ejecuciones, programaciones y avisos; `todo`, ambas cosas.";
    LEASE_SECONDS = "KLK_ARRIENDO_SEGUNDOS", number(20, 4, 3600), "Segundos sin noticias de un proceso tras los que los demás lo dan por terminado y sus ejecuciones en proceso por interrumpidas.";
    READERS = "KLK_READERS", number(4, 1, 64), "Conexiones de lectura de la base de datos.";
    WRITES_WAITING_MAX = "KLK_WRITES_WAITING_MAX", number(256, 1, 100_000), "Escrituras que pueden esperar a la única conexión que escribe.";
    WRITES_TOGETHER_MAX = "KLK_WRITES_TOGETHER_MAX", number(32, 1, 1000), "Escrituras de ejecuciones que comparten una transacción cuando esperan a la vez; con 1 cada una tiene la suya.";
    DATABASE_LOG_BYTES_MAX = "KLK_DATABASE_LOG_BYTES_MAX", number(67_108_864, 1_048_576, 4_294_967_296), "Bytes del registro de la base (.wal) tras los que se integra al archivo. Integrarlo cuesta; al arrancar después de un corte se lee.";
    DATABASE_FREE_BYTES_MIN = "KLK_DATABASE_FREE_BYTES_MIN", number(67_108_864, 0, 1_099_511_627_776), "Bytes libres en el disco de la base de datos con los que /health/ready dice que se puede trabajar; con menos, que no. Con 0 no se mira.";
    DATABASE_WRITE_SECONDS_MAX = "KLK_DATABASE_WRITE_SECONDS_MAX", number(60, 5, 86_400), "Segundos que puede durar una escritura de la base de datos; con más, /health/ready dice que no se puede trabajar y se avisa una vez. De un respaldo, que dura según el tamaño, cuenta cada parte (64 MiB).";
    DATABASE_MEMORY_MAX = "KLK_DATABASE_MEMORY_MAX", OPTIONAL, "Memoria que puede usar DuckDB, como 2GB; sin ella, la mitad de la que tenga la máquina, o el contenedor, y 1 GiB a lo más.";
    DATABASE_THREADS = "KLK_DATABASE_THREADS", number(0, 0, 1024), "Hilos que puede usar DuckDB; 0, los que DuckDB decida.";

    BACKUP_FOLDER = "KLK_RESPALDO_CARPETA", OPTIONAL, "Carpeta de los respaldos; sin ella, `respaldos` junto a la base de datos. En otro disco sobreviven a este.";
    BACKUP_HOUR = "KLK_RESPALDO_HORA", text("04:30"), "Hora a la que `klk serve` respalda cada día la base de datos, en KLK_ZONA; `nunca`, solo cuando alguien lo pide.";
    BACKUPS_KEPT = "KLK_RESPALDO_GUARDADOS", number(7, 1, 1000), "Respaldos que se guardan en esa carpeta; los más viejos se borran.";

    NOTICE_LANGUAGE = "KLK_AVISOS_IDIOMA", Kind::Choice { words: &["es", "en"] }, "Idioma de los avisos por correo y webhook. Los canales se describen en [[canales]] de klk.toml; sin ninguno no se avisa a nadie.";
    NOTICE_OVERDUE_MINUTES = "KLK_AVISOS_DEMORA_MINUTOS", number(20, 0, 1440), "Minutos de atraso de una media hora hasta que se avisa.";
    NOTICE_RETRIES_MIN = "KLK_AVISOS_REINTENTOS", number(1, 0, 100), "Reintentos automáticos que tienen que haber fallado antes; cuenta solo con KLK_AUTO_RETRY.";
    NOTICE_USD_MIN = "KLK_AVISOS_USD_MIN", number(500, 0, 1_000_000_000), "Valor estimado en USD de lo que falta por una causa, desde el que se avisa enseguida; lo demás va en el resumen. Un incidente (KLK_INCIDENT_*) se avisa enseguida valga lo que valga.";
    NOTICE_REPEAT_MINUTES = "KLK_AVISOS_REPETIR_MINUTOS", number(240, 0, 10_080), "Minutos tras los que se repite que sigue faltando; 0, nunca.";
    NOTICE_DIGEST_HOUR = "KLK_AVISOS_RESUMEN_HORA", text("07:30"), "Hora del resumen diario de lo demás, en KLK_ZONA; `nunca`, sin resumen.";
    NOTICE_LOOK_SECONDS = "KLK_AVISOS_REVISAR_SEGUNDOS", number(60, 1, 3600), "Cada cuántos segundos se mira si hay algo que avisar.";
    NOTICE_PAUSE_SECONDS = "KLK_AVISOS_PAUSA_SEGUNDOS", number(30, 1, 3600), "Pausa tras el primer envío que falla, en segundos; se duplica con cada uno.";
    NOTICE_PAUSE_MINUTES_MAX = "KLK_AVISOS_PAUSA_MINUTOS_MAX", number(15, 1, 1440), "La pausa más larga, en minutos.";
    NOTICE_GIVE_UP_HOURS = "KLK_AVISOS_HORAS_MAX", number(24, 1, 720), "Horas tras las que no se intenta más enviar un aviso.";
    NOTICE_KEPT_DAYS = "KLK_AVISOS_DIAS", number(90, 1, 3660), "Días que se guarda el registro de envíos.";

    WORKERS = "KLK_WORKERS", number(4, 1, 64), "Ejecuciones a la vez.";
    WORKERS_PER_BRANCH = "KLK_WORKERS_PER_BRANCH", number(1, 1, 16), "Ejecuciones a la vez de una misma tienda.";
    QUEUE_MAX = "KLK_QUEUE_MAX", number(50_000, 1, 1_000_000), "Ejecuciones que pueden esperar en cola.";
    LIVE_STREAK_MAX = "KLK_LIVE_STREAK_MAX", number(4, 1, 1000), "Medias horas recientes seguidas tras las que pasa una recuperación que espera.";
    RUN_LOGS_MAX = "KLK_REGISTROS_MAX", number(256, 0, 100_000), "Ejecuciones recientes de las que se guarda en memoria qué hicieron paso a paso, para su página; 0, de ninguna.";
    SAVED_VIEWS_MAX = "KLK_VISTAS_MAX", number(30, 0, 1000), "Vistas (páginas con sus filtros) que puede guardar cada persona.";
    SHORT_ANSWER_RETRIES = "KLK_SHORT_ANSWER_RETRIES", number(1, 0, 10), "Veces que se vuelve a pedir una respuesta con menos líneas de las anunciadas.";
    SOURCE_CLOCK_TOLERANCE_SECONDS = "KLK_SOURCE_CLOCK_TOLERANCE_SECONDS", number(60, 0, 3600), "Segundos antes del final de una ventana en los que KLK puede haber generado la respuesta, según su reloj; una anterior no prueba la ventana.";
    WRITE_RETRIES = "KLK_WRITE_RETRIES", number(60, 0, 10_000), "Veces que se vuelve a guardar el inicio o el final de una ejecución que la base de datos no aceptó (disco lleno).";
    WRITE_RETRY_PAUSE_SECONDS = "KLK_WRITE_RETRY_PAUSE_SECONDS", number(5, 0, 600), "Pausa antes de cada una de esas veces, en segundos.";
    LOOK_BACK_DAYS = "KLK_LOOK_BACK_DAYS", number(7, 0, 366), "Días hacia atrás en los que cada noche se busca lo que llegó tarde; cada día y tienda cuesta al KLK un conteo. Con 0 o 1, ninguno más que la conciliación de ayer.";
    LOOK_BACK_PAUSE_SECONDS = "KLK_LOOK_BACK_PAUSE_SECONDS", number(5, 0, 3600), "Pausa entre dos de esos conteos, en segundos.";
    LOSS_PERCENT_MAX = "KLK_LOSS_PERCENT_MAX", number(20, 0, 100), "Porcentaje de las líneas cargadas que una respuesta puede quitar de una vez; si quita más, o todas, se conservan hasta que llegue igual otra vez.";
    LOSS_LINES_MIN = "KLK_LOSS_LINES_MIN", number(5, 1, 1_000_000), "Líneas perdidas, del día de la tienda, desde las que ese porcentaje cuenta.";
    LOSS_PAUSE_MINUTES = "KLK_LOSS_PAUSE_MINUTES", number(10, 0, 10_080), "Minutos después de los que se cree la misma respuesta.";
    NEVER_EMPTY_WEEKS = "KLK_NEVER_EMPTY_WEEKS", number(4, 0, 52), "Semanas en las que una media hora tiene que haber vendido cada vez para que no se crea a la primera que está vacía; 0, siempre se cree.";
    NEVER_EMPTY_LINES = "KLK_NEVER_EMPTY_LINES", number(5, 1, 1_000_000), "Líneas que tiene que haber vendido cada una de esas semanas.";
    FEW_LINES_PERCENT = "KLK_FEW_LINES_PERCENT", number(10, 0, 100), "Una media hora con tan pocas líneas, en porcentaje de la semana que menos vendió de esas, tampoco se cree a la primera; 0, solo la que está vacía.";
    FEW_LINES_MAX = "KLK_FEW_LINES_MAX", number(20, 0, 1_000_000), "Una media hora con más líneas no se compara con esas semanas: compararla cuesta una lectura.";
    INCIDENT_FAILURES = "KLK_INCIDENT_FAILURES", number(3, 0, 10_000), "Medias horas seguidas que falla una tienda hasta que se avisa de ella; 0, nunca.";
    INCIDENT_STORES_PERCENT = "KLK_INCIDENT_STORES_PERCENT", number(75, 0, 100), "Porcentaje de las tiendas consultadas a la vez que fallan desde el que el aviso es de todas y no de cada una; 0, nunca.";
    KEPT_ANSWERS_MAX = "KLK_KEPT_ANSWERS_MAX", number(512, 0, 100_000), "Respuestas que se guardan en memoria mientras valgan, para no calcular lo mismo dos veces; 0, ninguna.";
    KEPT_ANSWERS_BYTES_MAX = "KLK_KEPT_ANSWERS_BYTES_MAX", number(67_108_864, 0, 4_294_967_296), "Bytes que pueden ocupar esas respuestas juntas.";
    KEPT_ANSWERS_LAG_MILLISECONDS = "KLK_KEPT_ANSWERS_LAG_MILLISECONDS", number(250, 0, 10_000), "Mientras haya ejecuciones en cola, antigüedad en milisegundos que puede tener una respuesta que otras ejecuciones ya cambiaron; lo que decide una persona se ve siempre enseguida.";
    KEPT_ANSWERS_LAG_MAX_MILLISECONDS = "KLK_KEPT_ANSWERS_LAG_MAX_MILLISECONDS", number(2_000, 0, 60_000), "La misma antigüedad para una respuesta que tarda en calcularse: veinte veces lo que tardó, y no más que esto.";
    PROBE_SECONDS = "KLK_PROBE_SECONDS", number(30, 0, 3600), "Segundos que vale para todas las páginas la respuesta del KLK a si está.";
    QUEUE_CHECK_SECONDS = "KLK_QUEUE_CHECK_SECONDS", number(15, 1, 3600), "Cada cuántos segundos se compara la cola de la base de datos con lo que el proceso tiene en marcha.";
    RECOVERY_DAYS_MAX = "KLK_RECOVERY_DAYS_MAX", number(31, 1, 366), "Días que puede abarcar una recuperación.";
    EXTRACT_DAYS_MAX = "KLK_EXTRACT_DAYS_MAX", number(366, 1, 3660), "Días que puede abarcar `klk etl`.";
    PAST_DAYS_MAX = "KLK_PAST_DAYS_MAX", number(3660, 1, 36_600), "Días hacia atrás que se pueden pedir al extraer, recuperar o justificar.";
    PLAN_HISTORY_WEEKS = "KLK_PLAN_HISTORY_WEEKS", number(8, 1, 52), "Semanas de las que se estiman las líneas y los minutos de un plan de recuperación.";
    PLAN_PROPOSAL_DAYS = "KLK_PLAN_PROPOSAL_DAYS", number(7, 1, 365), "Días que se recuerda la vista previa de un plan que nadie inició.";
    PLAN_FAILURES_PER_BRANCH_MAX = "KLK_PLAN_FAILURES_PER_BRANCH_MAX", number(5, 0, 1000), "Medias horas seguidas de una tienda que fallan y la dejan fuera de un plan, o lo detienen si no tiene otras; 0, nunca.";
    PLAN_FAILURES_MAX = "KLK_PLAN_FAILURES_MAX", number(15, 0, 10_000), "Medias horas seguidas, de cualquier tienda, que fallan y detienen un plan; 0, nunca.";
    PLAN_INTERRUPTIONS_MAX = "KLK_PLAN_INTERRUPTIONS_MAX", number(5, 0, 1000), "Veces que vuelve a la cola, al arrancar, una ventana de un plan o de una conciliación que el final del proceso interrumpió.";
    PLAN_PERIODS_MAX = "KLK_PLAN_PERIODS_MAX", number(1000, 1, 100_000), "Períodos que puede nombrar una recuperación.";
    PLAN_REST_PERCENT = "KLK_PLAN_REST_PERCENT", number(50, 0, 1000), "Descanso de una tienda entre dos recuperaciones, en porcentaje de lo que tardan las últimas; 0, ninguno.";
    PLAN_REST_SECONDS_MAX = "KLK_PLAN_REST_SECONDS_MAX", number(10, 0, 600), "El descanso más largo, en segundos.";
    AUTO_RETRY = "KLK_AUTO_RETRY", Kind::Switch { default: true }, "Si `klk serve` vuelve a intentar por sí mismo lo que falta.";
    AUTO_RETRY_WAIT_MINUTES = "KLK_AUTO_RETRY_WAIT_MINUTES", number(15, 1, 1440), "Espera tras el primer intento de una ventana, en minutos; se duplica con cada uno.";
    AUTO_RETRY_WAIT_HOURS_MAX = "KLK_AUTO_RETRY_WAIT_HOURS_MAX", number(12, 1, 168), "La espera más larga entre dos intentos, en horas.";
    AUTO_RETRY_WINDOWS_PER_DAY = "KLK_AUTO_RETRY_WINDOWS_PER_DAY", number(200, 0, 100_000), "Ventanas que se vuelven a intentar por sí mismas cada día.";
    AUTO_RETRY_DAYS = "KLK_AUTO_RETRY_DAYS", number(7, 1, 31), "Cuántos días hacia atrás se busca lo que falta para volver a intentarlo.";
    AUTO_RETRY_LOOK_MINUTES = "KLK_AUTO_RETRY_LOOK_MINUTES", number(5, 1, 1440), "Cada cuántos minutos se busca; la primera vez, tantos después de arrancar.";
    SCHEDULER = "KLK_SCHEDULER", Kind::Switch { default: true }, "Si `klk serve` lanza las ejecuciones programadas.";
    CRON_SALES = "KLK_CRON_VENTAS", text("5,35 * * * *"), "Cuándo se extrae la media hora de ventas que acaba de terminar (cron).";
    CRON_INVENTORY = "KLK_CRON_INVENTARIO", text("0,30 * * * *"), "Cuándo se extrae el inventario (cron).";
    CRON_RECONCILIATION = "KLK_CRON_RECONCILIACION", text("0 3 * * *"), "Cuándo se compara el día anterior con KLK (cron).";
    ZONE = "KLK_ZONA", text("America/Caracas"), "Zona horaria de los programas y de las tiendas que no dicen otra.";
    GAP_GRACE_MINUTES = "KLK_GAP_GRACE_MINUTES", number(15, 0, 1440), "Minutos tras el fin de una media hora en que todavía no cuenta como gap.";
    VALUE_WEEKS = "KLK_VALOR_SEMANAS", number(8, 1, 52), "Semanas hacia atrás con las que se estima lo que vale un gap de ventas.";
    VALUE_KNOWN_MIN = "KLK_VALOR_SEMANAS_MIN", number(3, 1, 52), "Medias horas conocidas sin las que no se estima: con menos, el gap queda «sin historia».";
    SEQUENCE_JUMP_MAX = "KLK_SECUENCIA_SALTO_MAX", number(500, 1, 1_000_000), "Números de factura seguidos que pueden faltar de una caja; si faltan más, se muestra como salto.";
    SEQUENCE_DAYS_MAX = "KLK_SECUENCIA_DIAS", number(35, 2, 366), "Días, los últimos del período consultado, en que se revisan los números de factura.";
    SEQUENCE_REACH_DAYS = "KLK_SECUENCIA_ALCANCE_DIAS", number(15, 1, 60), "Días que se buscan la factura anterior y la siguiente de una caja; si la caja descansó más, no se comparan.";
    SEQUENCE_EXEMPT_REGISTERS = "KLK_SECUENCIA_SIN_CAJAS", OPTIONAL, "Cajas (tienda_01/C10-03, separadas por comas) cuyos números de factura no se revisan.";
    SEQUENCE_EXEMPT = "KLK_SECUENCIA_SIN_TIENDAS", OPTIONAL, "Tiendas (tienda_01, separadas por comas) cuyos números de factura no se revisan.";
    FIRINGS_KEPT_DAYS = "KLK_DISPAROS_DIAS", number(400, 1, 3660), "Días que se guarda cada disparo de los programas, para explicar por qué una media hora no tiene ejecución.";
    SLA_MINUTES = "KLK_SLA_MINUTOS", number(30, 1, 1440), "Minutos tras el fin de una media hora en que sus ventas deben estar; con más, llegó tarde (/sistema/metricas).";
    RETENTION_RUNS_DAYS = "KLK_RETENTION_RUNS_DAYS", number(0, 0, 36_500), "Días que se guarda una ejecución programada que falló, cuando su ventana ya está cubierta; 0 para siempre. Lo que cargó algo, explica un faltante o pidió una persona no se borra.";
    RETENTION_STOCK_DAYS = "KLK_RETENTION_STOCK_DAYS", number(0, 0, 36_500), "Días que se guarda cada cambio de existencias (stock_historico); queda el último anterior de cada artículo. 0 para siempre.";
    RETENTION_PIECE_ROWS = "KLK_RETENTION_PIECE_ROWS", number(10_000, 100, 1_000_000), "Filas que borra como máximo una escritura de la limpieza de cada noche.";
    STOCK_AGE_MAX_MINUTES = "KLK_STOCK_AGE_MAX_MINUTES", number(75, 1, 10_080), "Minutos desde los que la última foto de inventario de un almacén se avisa como atrasada.";
    WRITTEN_CHARACTERS_MAX = "KLK_WRITTEN_CHARACTERS_MAX", number(500, 20, 10_000), "Caracteres que puede tener lo que una persona escribe: la nota de una justificación, un nombre.";
    CALENDAR_DAYS_AHEAD = "KLK_CALENDAR_DAYS_AHEAD", number(60, 1, 366), "Días por venir de los que la vista previa de otro calendario dice qué cambia.";
    DISCOVER_BRANCHES = "KLK_DESCUBRIR_TIENDAS", Kind::Switch { default: true }, "Si se preguntan a KLK las tiendas cuando klk.toml no tiene [[tiendas]].";

    ADDRESS = "KLK_ADDRESS", text("127.0.0.1:3000"), "Dirección y puerto en que escucha `klk serve`.";
    BODY_BYTES_MAX = "KLK_BODY_BYTES_MAX", number(1_048_576, 1024, 104_857_600), "Tamaño máximo del cuerpo de una petición, en bytes.";
    REQUEST_TIMEOUT_SECONDS = "KLK_REQUEST_TIMEOUT_SECONDS", number(30, 1, 600), "Tiempo máximo para responder una petición, en segundos.";
    CONNECTIONS_MAX = "KLK_CONNECTIONS_MAX", number(1024, 1, 1_000_000), "Conexiones abiertas a la vez; nunca tantas que falten archivos abiertos para la base de datos y el KLK.";
    CONNECTIONS_OF_PEER_MAX = "KLK_CONNECTIONS_OF_PEER_MAX", number(512, 1, 1_000_000), "De ellas, las de una misma dirección; tras un proxy todas lo son.";
    HEAD_TIMEOUT_SECONDS = "KLK_HEAD_TIMEOUT_SECONDS", number(30, 1, 3600), "Segundos que una conexión puede tardar en decir qué quiere.";
    EVENT_STREAMS_MAX = "KLK_EVENT_STREAMS_MAX", number(256, 1, 100_000), "Páginas que pueden escuchar cambios en vivo a la vez.";
    EVENT_HEARTBEAT_SECONDS = "KLK_EVENT_HEARTBEAT_SECONDS", number(15, 1, 300), "Cada cuántos segundos dice el servidor a las páginas abiertas que sigue ahí; si faltan dos, la página se conecta de nuevo y lo dice.";
    EVENT_STREAMS_OF_PEER_MAX = "KLK_EVENT_STREAMS_OF_PEER_MAX", number(192, 1, 100_000), "De ellas, las de una misma dirección (tras un proxy todas lo son), y las de una misma persona.";
    EVENTS_PER_SECOND_MAX = "KLK_EVENTS_PER_SECOND_MAX", number(20, 1, 10_000), "Avisos de cambios por segundo a todas las páginas abiertas juntas: con muchas abiertas, cada una se entera un poco más tarde y la carga no se frena.";
    EXPORT_ROWS_MAX = "KLK_EXPORT_ROWS_MAX", number(20_000, 100, 1_000_000), "Filas que puede tener una lista que se baja como archivo (`klk export`, y los enlaces CSV, Excel y Parquet de las páginas); lo más viejo queda fuera.";
    TRUSTED_ORIGINS = "KLK_TRUSTED_ORIGINS", OPTIONAL, "Orígenes, separados por comas, desde los que se aceptan cambios aunque no sean el del servidor (proxy que cambia Host).";
    PUBLIC_URL = "KLK_PUBLIC_URL", OPTIONAL, "Dirección con la que las personas abren las páginas (https://klk.ejemplo.com), si hay un proxy delante. Con https, la cookie de la sesión solo viaja cifrada.";
    HOSTS = "KLK_HOSTS", OPTIONAL, "Otros nombres, separados por comas, con los que se puede pedir una página; siempre valen localhost, las direcciones IP y el de KLK_PUBLIC_URL. Los demás se rechazan (DNS rebinding).";
    TRUSTED_PROXIES = "KLK_TRUSTED_PROXIES", OPTIONAL, "Direcciones IP, separadas por comas, de los proxies cuyas cabeceras X-Forwarded-For y X-Forwarded-Proto se creen.";
    METRICS_TOKEN = "KLK_METRICAS_TOKEN", Kind::Secret, "Con qué pide Prometheus `/metrics` (Authorization: Bearer), 16 caracteres o más; sin él, `/metrics` no existe.";
    REQUESTS_PER_PERSON_MAX = "KLK_PETICIONES_POR_PERSONA_MAX", number(30_000, 0, 1_000_000), "Peticiones por minuto de una misma persona o un mismo token, en todas sus pantallas juntas y también de golpe; con más, se responde 429 hasta que pase un momento. Los archivos de las páginas no cuentan. 0, sin límite.";
    SHUTDOWN_SECONDS = "KLK_SHUTDOWN_SECONDS", number(20, 1, 600), "Tiempo máximo para terminar las ejecuciones en curso al detenerse, en segundos.";

    SESSION_HOURS_MAX = "KLK_SESION_HORAS_MAX", number(12, 1, 720), "Horas tras las que una sesión termina, se use o no.";
    SESSION_IDLE_MINUTES = "KLK_SESION_MINUTOS_SIN_USO", number(120, 5, 10_080), "Minutos sin ninguna petición tras los que una sesión termina; una página abierta pide sola.";
    SESSIONS_PER_USER_MAX = "KLK_SESIONES_POR_USUARIO_MAX", number(20, 1, 1000), "Sesiones de un usuario a la vez; con otra más termina la más vieja.";
    CODE_HOURS = "KLK_CODIGO_HORAS", number(72, 1, 720), "Horas que vale el código con el que un usuario fija su clave.";
    PASSWORD_CHARACTERS_MIN = "KLK_CLAVE_CARACTERES_MIN", number(12, 8, 64), "Caracteres que debe tener una clave.";
    HASHES_AT_ONCE = "KLK_CLAVES_A_LA_VEZ", number(2, 1, 64), "Claves que se comprueban a la vez; cada una ocupa 19 MiB y un núcleo por decenas de milisegundos.";
    ATTEMPTS_MINUTES = "KLK_INTENTOS_MINUTOS", number(10, 1, 1440), "Minutos en los que vuelve a haber los intentos siguientes.";
    ATTEMPTS_PER_NAME_MAX = "KLK_INTENTOS_POR_USUARIO_MAX", number(10, 1, 1000), "Intentos de entrar con un mismo nombre desde una misma dirección.";
    ATTEMPTS_PER_NAME_TOTAL_MAX = "KLK_INTENTOS_POR_USUARIO_EN_TOTAL_MAX", number(200, 1, 100_000), "Intentos de entrar con un mismo nombre desde todas las direcciones juntas.";
    ATTEMPTS_PER_ADDRESS_MAX = "KLK_INTENTOS_POR_DIRECCION_MAX", number(50, 1, 100_000), "Intentos de entrar desde una misma dirección; tras un proxy que no esté en KLK_TRUSTED_PROXIES todos lo son.";

    OIDC_ISSUER = "KLK_OIDC_ISSUER", OPTIONAL, "Dirección (issuer) del proveedor de identidad OpenID Connect con el que también se puede entrar, escrita como la escribe él; sin ella, solo con clave. Hace falta KLK_PUBLIC_URL.";
    OIDC_CLIENT_ID = "KLK_OIDC_CLIENT_ID", OPTIONAL, "Con qué identificador nos conoce ese proveedor.";
    OIDC_CLIENT_SECRET = "KLK_OIDC_CLIENT_SECRET", Kind::Secret, "Con qué secreto nos presentamos a él; sin él, como cliente público (solo PKCE).";
    OIDC_NAME = "KLK_OIDC_NOMBRE", OPTIONAL, "Cómo se llama el proveedor en la página de entrar («Entrar con …»); sin él, su nombre de servidor.";
    OIDC_CLAIM = "KLK_OIDC_NOMBRE_DE_USUARIO", Kind::Choice { words: &["preferred_username", "email"] }, "Qué dato del proveedor es el nombre del usuario aquí, la primera vez que entra; email vale solo si el proveedor lo verificó.";
    OIDC_CREATE_READERS = "KLK_OIDC_CREAR_LECTORES", Kind::Switch { default: false }, "Si quien el proveedor conoce y no tiene usuario aquí entra como lector; con off, solo entra quien ya tiene usuario.";
    OIDC_ATTEMPT_MINUTES = "KLK_OIDC_INTENTO_MINUTOS", number(10, 1, 1440), "Minutos que alguien puede tardar en volver del proveedor (buscar el teléfono para el segundo factor); después empieza de nuevo.";
    OIDC_ATTEMPTS_MAX = "KLK_OIDC_INTENTOS_MAX", number(10_000, 1, 1_000_000), "Personas que pueden estar a la vez en el proveedor; las siguientes esperan. Cada una ocupa unos cientos de bytes de memoria.";
    OIDC_ATTEMPTS_PER_ADDRESS_MAX = "KLK_OIDC_INTENTOS_POR_DIRECCION_MAX", number(50, 1, 100_000), "De ellas, las de una misma dirección, que puede ser la de toda una tienda; con más, se olvida la más antigua.";

    API_TOKEN = "KLK_API_TOKEN", Kind::Secret, "Token con el que las órdenes se presentan al servidor de KLK_SERVIDOR; se crea con `klk tokens crear` o en /usuarios.";
    SERVER = "KLK_SERVIDOR", OPTIONAL, "Dirección de un `klk serve` en marcha, para `klk gaps`, `klk plan`, `klk recuperar`, `klk justificar`, `klk confirmar`, `klk conciliar`, `klk calendario`, `klk usuarios` y `klk respaldar`.";

    LOG = "KLK_LOG", OPTIONAL, "Filtro del registro: error, warn, info, debug, o por módulo (`info,engine=debug`). `serve` usa info, lo demás warn.";
    LOG_FORMAT = "KLK_LOG_FORMAT", Kind::Choice { words: &["texto", "json"] }, "Formato del registro en stderr.";

    SENTRY_DSN = "SENTRY_DSN", Kind::Secret, "DSN del proyecto de Sentry; sin ella no se envía nada.";
    SENTRY_ENVIRONMENT = "SENTRY_ENVIRONMENT", text("development"), "Entorno con que se marca lo que se envía a Sentry.";
    SENTRY_TRACES_SAMPLE_RATE = "SENTRY_TRACES_SAMPLE_RATE", Kind::Share { default: "0.1" }, "Parte de las peticiones HTTP cuyas trazas se envían, fuera de development.";
    SENTRY_OUTBOX = "SENTRY_OUTBOX", text("data/sentry"), "Carpeta donde espera lo que no se pudo enviar.";
    SENTRY_OUTBOX_BYTES_MAX = "SENTRY_OUTBOX_BYTES_MAX", number(20_971_520, 65_536, 1_073_741_824), "Tamaño máximo de esa carpeta, en bytes; lo más viejo se descarta.";
    SENTRY_TUNNEL_BYTES_MAX = "SENTRY_TUNNEL_BYTES_MAX", number(524_288, 1024, 104_857_600), "Tamaño máximo de lo que un navegador envía a Sentry de una vez (`/api/monitoreo/tunel`), en bytes; tampoco pasa de KLK_BODY_BYTES_MAX.";
    SENTRY_TUNNEL_PER_MINUTE_MAX = "SENTRY_TUNNEL_PER_MINUTE_MAX", number(600, 1, 1_000_000), "Envíos por minuto a Sentry de todos los navegadores; los demás reciben 429.";
    SENTRY_TUNNEL_AT_ONCE_MAX = "SENTRY_TUNNEL_AT_ONCE_MAX", number(8, 1, 256), "Envíos de navegadores a Sentry a la vez; los demás reciben 429.";
    SENTRY_WEB_URL = "SENTRY_WEB_URL", OPTIONAL, "Dirección de Sentry para las personas (https://sentry.io), para los enlaces y `klk sentry provision`.";
    SENTRY_ORGANIZATION = "SENTRY_ORGANIZATION", OPTIONAL, "Organización en Sentry, para los enlaces y `klk sentry provision`.";
    SENTRY_PROJECT = "SENTRY_PROJECT", OPTIONAL, "Número del proyecto en Sentry, para los enlaces y `klk sentry provision`.";
    SENTRY_AUTH_TOKEN = "SENTRY_AUTH_TOKEN", Kind::Secret, "Token de la API de Sentry, solo para `klk sentry provision`.";
    SLOW_QUERY_SECONDS = "KLK_SLOW_QUERY_SECONDS", number(5, 1, 600), "Desde cuántos segundos una consulta a la base de datos se avisa como lenta.";
}

/// Variables of ./dev and of the tests, which klk itself does not read and so does not warn of.
pub const NOT_OURS: &[&str] = &["KLK_CACHE_DIR", "KLK_TOOLCHAIN", "KLK_BIN", CONFIG];

/// Where klk.toml is; an option of the command line, so not in the file itself.
pub const CONFIG: &str = "KLK_CONFIG";

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_two_variables_share_a_name_or_a_key() {
        let names: HashSet<_> = ALL.iter().map(|variable| variable.name).collect();
        let keys: HashSet<_> = ALL.iter().map(|variable| variable.key()).collect();
        assert_eq!((names.len(), keys.len()), (ALL.len(), ALL.len()));
    }

    #[test]
    fn every_default_number_is_within_its_bounds() {
        for variable in ALL {
            if let Kind::Number { default, least, most } = variable.kind {
                assert!((least..=most).contains(&default), "{}", variable.name);
            }
        }
    }
}
