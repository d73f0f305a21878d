// What a newcomer reads of each kind of item.
import assert from "node:assert/strict";
import { test } from "node:test";

import { linesOf } from "../sentry-items.mjs";

/** Without the time of day, which is that of the machine's zone. */
function read(type, payload) {
  return linesOf([{}, [[{ type }, payload]]]).map((line) => line.replace(/^\d\d:\d\d:\d\d /, ""));
}

test("a run is a line with its store and how long it took", () => {
  const run = {
    transaction: "ETL: ventas_klk_completo", start_timestamp: "2026-11-24T12:00:00Z", timestamp: "2026-11-24T12:00:01.5Z",
    contexts: { trace: { status: "ok" } }, spans: [{}, {}], tags: { tienda: "tienda_08", modo: "completo" },
  };
  assert.deepEqual(read("transaction", run), [
    "transaction  ETL: ventas_klk_completo 1500 ms ok 2 spans tienda:tienda_08 modo:completo",
  ]);
});

test("an error is one line, whatever is in its text", () => {
  const event = { exception: { values: [{ type: "Timeout", value: "no answer\n  in 30 s" }] }, tags: { error_tipo: "timeout" } };
  assert.deepEqual(read("event", event), ["event        [error] Timeout: no answer in 30 s error_tipo:timeout"]);
  assert.deepEqual(read("event", { level: "info", message: "Gap recuperado" }), ["event        [info] Gap recuperado"]);
});

test("check-ins, logs and metrics say which", () => {
  const checkIn = { monitor_slug: "ventas-klk-incremental", status: "ok", duration: 3.21 };
  assert.deepEqual(read("check_in", checkIn), ["check_in     ventas-klk-incremental ok 3.2 s"]);
  assert.deepEqual(read("log", { items: [{ level: "warn", body: "slow" }, { level: "error", body: "full" }] }), [
    "log          [warn] slow", "log          [error] full",
  ]);
  const metric = { name: "facturas", value: 32, attributes: { tienda: { value: "tienda_08" } } };
  assert.deepEqual(read("trace_metric", { items: [metric] }), ["trace_metric facturas 32 tienda_08"]);
});

test("what is not known is shown by its type", () => {
  assert.deepEqual(read("replay_event", {}), ["replay_event"]);
});
