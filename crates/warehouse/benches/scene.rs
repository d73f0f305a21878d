//! Makes the databases that `./dev bench` measures pages on: half-hourly runs of some stores, up to now, each with its batch,
//! its firing and its coverage, and eight weeks of what was sold. Three half hours failed and are gaps.
//!
//! `cargo bench --package warehouse --bench scene -- FILE RUNS STORES [LINES]`. The stores are called `tienda_001` and so on.
//! With LINES, as many lines of sales are there as well, of the days before.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a scene that cannot be set stops, and says what it made"
)]

use duckdb::Connection;
use warehouse::{Warehouse, WarehouseSettings};

/// Days of sums and of numbers of invoices.
const SOLD_DAYS: u32 = 56;

fn main() {
    // `cargo bench` adds an argument of its own.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let [path, numbers @ ..] = arguments.as_slice() else { return };
    let number = |place: usize| numbers.get(place).map_or(0, |text: &String| text.parse::<u64>().unwrap());
    let (runs, stores, lines) = (number(0), number(1), number(2));
    tokio::runtime::Runtime::new().unwrap().block_on(Warehouse::open(&WarehouseSettings::at(path)).unwrap().close());
    let connection = Connection::open(path).unwrap();
    fill(&connection, runs, stores, lines);
    println!("{path}: {runs} runs of {stores} stores, {lines} lines");
}

fn fill(connection: &Connection, runs: u64, stores: u64, lines: u64) {
    let rounds = runs / stores;
    connection
        .execute_batch(&format!(
            "SET TimeZone = 'UTC';
             SET preserve_insertion_order = false;
             CREATE TEMP MACRO hora_de(vuelta) AS time_bucket(INTERVAL 30 MINUTE, now()) - INTERVAL 30 MINUTE * ({rounds} - vuelta);
             CREATE TEMP MACRO identidad(momento, clase, numero) AS format('{{:08x}}-{{:04x}}-7{{:03x}}-8000-{{:012x}}',
                epoch_ms(momento) // 65536, epoch_ms(momento) % 65536, clase, numero)::UUID;
             CREATE TEMP TABLE rejilla AS SELECT
                vuelta, tienda, hora_de(vuelta) AS desde, hora_de(vuelta) + INTERVAL 30 MINUTE AS hasta,
                hora_de(vuelta) + INTERVAL 35 MINUTE AS creada,
                -- Of the latest day, one half hour of each of three stores.
                vuelta = {rounds} - 10 - tienda AND tienda < 3 AS falla
             FROM range({rounds}) AS vueltas(vuelta), range({stores}) AS tiendas(tienda)
             ORDER BY vuelta, tienda;
             INSERT INTO lotes BY NAME SELECT identidad(creada, 1, 0) AS id, 'programada' AS motivo, 'sistema' AS solicitado_por,
                'sistema' AS origen, creada AS creado_en FROM rejilla WHERE tienda = 0;
             INSERT INTO disparos SELECT 'ventas-klk-incremental', creada FROM rejilla WHERE tienda = 0;
             INSERT INTO programaciones SELECT 'ventas-klk-incremental', max(creada) FROM rejilla;
             INSERT INTO etl_ejecuciones BY NAME SELECT
                identidad(creada, 2, tienda) AS id, creada AS creado_en, 'ventas' AS etl_tipo,
                format('tienda_{{:03d}}', tienda + 1) AS ubicacion_id, format('TIENDA {{:03d}}', tienda + 1) AS ubicacion_nombre,
                creada + INTERVAL 1 SECOND AS fecha_inicio, creada + INTERVAL 2 SECOND AS fecha_fin, 1.0 AS duracion_segundos,
                (desde - INTERVAL 4 HOUR)::DATE AS fecha_desde, (desde - INTERVAL 4 HOUR)::DATE AS fecha_hasta,
                strftime(desde - INTERVAL 4 HOUR, '%H:%M') AS hora_desde, strftime(hasta - INTERVAL 4 HOUR, '%H:%M') AS hora_hasta,
                desde AS ventana_desde, hasta AS ventana_hasta, 'America/Caracas' AS zona,
                CASE WHEN falla THEN 'fallido' ELSE 'exitoso' END AS estado,
                CASE WHEN falla THEN 'timeout' END AS error_tipo,
                CASE WHEN falla THEN 'El KLK no respondió a tiempo.' END AS error_mensaje,
                CASE WHEN NOT falla THEN 430 END AS registros_extraidos, CASE WHEN NOT falla THEN 430 END AS registros_cargados,
                CASE WHEN NOT falla THEN 430 END AS registros_anunciados,
                'incremental_30min' AS modo, '2.0' AS version_etl, 'bench' AS host, 1 AS intento, 'sistema' AS solicitado_por,
                identidad(creada, 1, 0) AS lote_id, 430 AS lineas_agregadas, 0 AS lineas_cambiadas, 0 AS lineas_retiradas,
                800 AS fase_extraccion_ms, 60 AS fase_carga_ms
             FROM rejilla ORDER BY vuelta, tienda;
             INSERT INTO cobertura SELECT 'ventas', ubicacion_id, ventana_desde, ventana_hasta, id, fecha_fin
             FROM etl_ejecuciones WHERE estado = 'exitoso' ORDER BY id;
             -- What was there before the first run is whole.
             INSERT INTO cobertura SELECT 'ventas', format('tienda_{{:03d}}', tienda + 1), hora_de(0) - INTERVAL 31 DAY, hora_de(0),
                identidad(hora_de(0), 2, tienda), hora_de(0) FROM range({stores}) AS tiendas(tienda);
             INSERT INTO cobertura_continua SELECT etl_tipo, ubicacion_id, min(desde), max(hasta) FROM (
                SELECT *, count(*) FILTER (empieza) OVER (PARTITION BY ubicacion_id ORDER BY desde ROWS UNBOUNDED PRECEDING) AS tramo
                FROM (SELECT *, desde > coalesce(lag(hasta) OVER (PARTITION BY ubicacion_id ORDER BY desde), '-infinity') AS empieza
                    FROM cobertura))
             GROUP BY etl_tipo, ubicacion_id, tramo ORDER BY ALL;
             INSERT INTO ventas_por_media_hora SELECT ubicacion_id, ventana_desde::TIMESTAMP - INTERVAL 4 HOUR, 430, 60, 9000, 900, 12
             FROM etl_ejecuciones WHERE estado = 'exitoso' AND ventana_desde > now() - INTERVAL {SOLD_DAYS} DAY
                AND hora_desde BETWEEN '07:00' AND '20:30' ORDER BY id;
             INSERT INTO secuencias SELECT ubicacion_id, format('C{{:02d}}', caja), media_hora, 20 * vez, 20 * vez + 19,
                media_hora, media_hora + INTERVAL 29 MINUTE
             FROM (SELECT *, row_number() OVER (PARTITION BY ubicacion_id ORDER BY media_hora) AS vez FROM ventas_por_media_hora),
                range(3) AS cajas(caja)
             ORDER BY media_hora, ubicacion_id;"
        ))
        .unwrap();
    if lines > 0 {
        connection
            .execute_batch(&format!(
                "INSERT INTO ventas BY NAME SELECT
                    format('tienda_{{:03d}}', linea % {stores} + 1) AS ubicacion_id,
                    format('C{{:02d}}-01-{{:08d}}', linea // {stores} // 10 % 3, linea // {stores} // 10) AS numero_factura,
                    (linea // {stores} % 10)::INTEGER + 1 AS linea,
                    momento::DATE AS fecha, momento::TIME::TIME_NS AS hora, format('P{{:05d}}', linea % 4000) AS codigo_producto,
                    format('PRODUCTO DE PRUEBA {{}}', linea % 4000) AS descripcion_producto, 'MARCA' AS marca_producto,
                    1 + linea % 5 AS cantidad_vendida, 100 + linea % 977 AS venta_total_bs, 1 + linea % 97 AS venta_total_usd,
                    36.5 AS tasa_usd, momento AS fecha_hora, '01933a00-0000-7000-8000-000000000000'::UUID AS ejecucion_id
                 FROM (
                    SELECT range AS linea, date_trunc('day', now())::TIMESTAMP - INTERVAL 1 DAY
                        - to_seconds((({lines} - range) * 86400.0 / (430 * 28 * {stores}))::BIGINT) AS momento
                    FROM range({lines}));"
            ))
            .unwrap();
    }
    connection.execute_batch("CHECKPOINT").unwrap();
}
