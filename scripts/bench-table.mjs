// Gathers what the benches printed into one table: what, what is to be reached, what was measured; and one line of JSON for
// programs. Reads the lines of JSON among their output.
//
//   node scripts/bench-table.mjs FILE...
import { readFileSync } from "node:fs";

/** The objects that stand on lines of their own in some texts. */
export function reportsIn(texts) {
  return texts.flatMap((text) => text.split("\n").filter((line) => line.startsWith("{")).map((line) => JSON.parse(line)));
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const most = (values) => (values.length === 0 ? undefined : Math.max(...values));
const medianOf = (rows, read) => (rows.length === 0 ? undefined : median(rows.map(read)));

/** The rows of the table; without those of a bench that did not run. */
export function rowsOf(reports) {
  const of = (bench) => reports.filter((report) => report.bench === bench);
  const pages = of("pages");
  const scene = (runs) => pages.filter((report) => report.runs === runs).flatMap((report) => report.rows).filter(({ path }) => !path.startsWith("/api"));
  const dashboards = of("dashboards").flatMap((report) => report.rows);
  const recoveries = (open) => dashboards.filter((row) => row.dashboards === open && !row.requests_per_second);
  const open = most(dashboards.map((row) => row.dashboards ?? 0));
  const speed = (count) => medianOf(recoveries(count), (row) => row.windows_per_second);
  const slower = open > 0 && speed(0) ? (1 - speed(open) / speed(0)) * 100 : undefined;
  const windows = (together) => of("window").filter((report) => report.together === together);
  const window = (together, read) => medianOf(windows(together), read);
  const queue = of("queueing")[0];
  const bulk = of("bulk");
  const busy = dashboards.filter((row) => row.requests_per_second);
  const listeners = dashboards.filter((row) => row.mb_above_none !== undefined);
  const workers = of("workers").flatMap((report) => report.rows);
  const byWorkers = (count) => workers.find((row) => row.workers === count);
  const growth = workers.length === 0 ? [] : [1, 2, 3, 4].map((count) => [
    `PostgreSQL, windows a second, workers: ${count}`, "/s", undefined, byWorkers(count)?.windows_per_second,
  ]);
  const cpu = (row) => row && row.worker_cpu_ms_per_window + row.web_cpu_ms_per_window + row.postgres_cpu_ms_per_window;
  const rows = [
    ["CPU of a page, warm, 1,000 runs: the dearest", "ms", 2, most(scene(1000).map((row) => row.alone.cpu))],
    ["the same, the median page", "ms", 2, medianOf(scene(1000), (row) => row.alone.cpu)],
    ["a page with 1,000,000 runs, p99: the slowest", "ms", 20, most(scene(1_000_000).map((row) => row.alone.p99))],
    ["start to first answer with 1,000,000 runs", "ms", 1000, most(pages.filter((report) => report.runs === 1_000_000).map((report) => report.first_answer_ms))],
    ["requests a second while the writer is busy", "/s", 1000, medianOf(busy, (row) => row.requests_per_second), true],
    [`recovery with ${open} dashboards open: slower by`, "%", 5, slower],
    ["500 listeners", "MB", 50, medianOf(listeners, (row) => row.mb_above_none)],
    ["CPU of a window of 500 lines, last byte to commit, sixteen at once", "ms", 5, window(16, (row) => row.commit_cpu_ms)],
    ["the same, one alone", "ms", undefined, window(1, (row) => row.commit_cpu_ms)],
    ["CPU of the claim of its run, sixteen at once", "ms", undefined, window(16, (row) => row.claim_cpu_ms)],
    ["one alone, on the wall", "ms", 15, window(1, (row) => row.commit_wall_ms)],
    ["bulk, CPU s a million lines, answer", "s", undefined, medianOf(bulk, (row) => row.answer_cpu_s_per_million)],
    ["bulk, CPU s a million lines, commit", "s", undefined, medianOf(bulk, (row) => row.commit_cpu_s_per_million)],
    ["bulk, CPU s a million lines, both", "s", 6, medianOf(bulk, (row) => row.answer_cpu_s_per_million + row.commit_cpu_s_per_million)],
    ["peak memory of an answer of 60 MB, above idle", "MB", 100, medianOf(bulk, (row) => row.peak_mb_above_idle)],
    ["10,080 windows queued", "ms", 100, queue?.start_ms],
    ["their cancel acknowledged", "ms", 50, queue?.cancel_ms],
    ["the same POS and a file, windows a second", "/s", undefined, byWorkers(0)?.windows_per_second],
    ...growth,
    ["CPU of a window, a file: one process", "ms", undefined, cpu(byWorkers(0))],
    ["CPU of a window, PostgreSQL: all processes of one worker", "ms", undefined, cpu(byWorkers(1))],
  ];
  return rows
    .filter(([, , , measured]) => measured !== undefined)
    .map(([what, unit, reach, measured, atLeast = false]) => ({
      what, unit, reach, measured, reached: reach === undefined ? undefined : atLeast ? measured >= reach : measured <= reach,
    }));
}

const digits = (value) => (Math.abs(value) < 10 ? value.toFixed(1) : Math.round(value).toLocaleString("en"));

function print(rows) {
  console.log("| what | reach | measured |\n|---|---|---|");
  for (const { what, unit, reach, measured, reached } of rows) {
    const bound = reach === undefined ? "" : `${what.startsWith("requests") ? "≥" : "≤"} ${reach.toLocaleString("en")} ${unit}`;
    console.log(`| ${what} | ${bound} | ${digits(measured)} ${unit}${reached === false ? " (missed)" : ""} |`);
  }
  console.log(JSON.stringify({ table: rows }));
}

if (import.meta.main ?? process.argv[1]?.endsWith("bench-table.mjs")) {
  print(rowsOf(reportsIn(process.argv.slice(2).map((path) => readFileSync(path, "utf8")))));
}
