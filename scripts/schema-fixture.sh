#!/usr/bin/env bash
# A small database as a released klk leaves it, for the tests of migrations: run once for each release that changed it.
#
#   scripts/schema-fixture.sh KLK [NAME]      writes crates/warehouse/tests/fixtures/NAME.duckdb.gz, named after the version
#
# Two stores and two hours of a simulated POS: loaded, failed, justified and missing half hours, stock, users, tokens, a calendar.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

klk=$(realpath "${1:?usage: scripts/schema-fixture.sh KLK}")
work=$(mktemp -d)
trap 'kill "${pos:-}" 2>/dev/null; rm -rf "$work"' EXIT
port=${PORT:-7917} day=2025-11-17
"$klk" sim --puerto "$port" --tiendas 2 --semilla 17 --volumen 0.02 --fallo "SUC002:ventas:status=503" &
pos=$!

cat >"$work/klk.toml" <<TOML
base_url = "http://127.0.0.1:$port"
retries = 0
[[tiendas]]
id = "tienda_01"
codigo = "SUC001"
nombre = "PERIFERICO"
desde = "$day"
almacenes = [{ codigo = "APP-TPF", nombre = "PISO DE VENTA" }]
[[tiendas]]
id = "tienda_08"
codigo = "SUC002"
nombre = "BOSQUE"
desde = "$day"
almacenes = [{ codigo = "APP-TBQ", nombre = "PISO DE VENTA" }]
TOML

# Whoever runs it is not in it.
run() { (cd "$work" && unshare --user env -i PATH="$PATH" ${LD_LIBRARY_PATH:+LD_LIBRARY_PATH="$LD_LIBRARY_PATH"} "$klk" "$@"); }
until (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do sleep 0.1; done
hours=(--desde $day --hora-desde 12:00 --hora-hasta 14:00)
run etl ventas --tienda tienda_01 "${hours[@]}"
run etl ventas --tienda tienda_08 "${hours[@]}" || true # it fails, and is a gap
run etl inventario --tienda tienda_01
run justificar --tienda tienda_01 --desde $day --hora-desde 15:00 --hora-hasta 16:00 --motivo falla_electrica --nota "apagón"
printf '%s\n' 'una clave larga de cuatro palabras' | run usuarios crear ana --rol administrador
run usuarios crear luis --rol operador --tiendas tienda_01 --codigo
run tokens crear resumen --rol lector --dias 366
run gaps --max-horas 1 || true
run respaldar --a copy.duckdb

name=${2:-$("$klk" --version | cut -d' ' -f2)}
gzip -9 -n <"$work/copy.duckdb" >"crates/warehouse/tests/fixtures/$name.duckdb.gz"
ls -l "crates/warehouse/tests/fixtures/$name.duckdb.gz"
