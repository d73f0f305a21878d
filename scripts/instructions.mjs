// Counts the instructions of the hot paths with callgrind, and compares them with those that are committed: the clock of a shared
// machine says little, and counts say the same each time.
//
//   node scripts/instructions.mjs PROGRAM [--accept]
//
// PROGRAM is the example `hot_paths` of the crate klk, in the profile of the tests. --accept writes what was counted.
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";

const FILE = new URL("instructions.json", import.meta.url);
const PATHS = ["body", "intervals", "recovery"];
// The same source gives some other instructions where the compiler divides it otherwise, as in a build that goes on from another.
const TOLERANCE_PERCENT = 25;

/** The count in what callgrind prints; an error where nothing was counted. */
export function countIn(output) {
  const count = Number(/^==\d+== Collected : (\d+)/m.exec(output)?.[1] ?? 0);
  if (count === 0) throw new Error(`callgrind counted nothing:\n${output}`);
  return count;
}

/** What is said of each path, and whether it is slower than may be or was never counted. */
export function compare(committed, counted, tolerancePercent = TOLERANCE_PERCENT) {
  return Object.entries(counted).map(([path, count]) => {
    const before = committed[path];
    if (before === undefined) return { path, fails: true, says: `${count}, not counted before` };
    const percent = (count / before - 1) * 100;
    const change = `${count}, ${percent >= 0 ? "+" : ""}${percent.toFixed(1)} % of ${before}`;
    const isQuicker = percent < -tolerancePercent;
    return { path, fails: count * 100 > before * (100 + tolerancePercent), says: isQuicker ? `${change}: accept it, so that it stays` : change };
  });
}

function count(program, path) {
  const parameters = [
    "--tool=callgrind", "--callgrind-out-file=/dev/null", "--collect-atstart=no", `--toggle-collect=*::counted_${path}`, program, path,
  ];
  const { status, stdout, stderr, error } = spawnSync("valgrind", parameters, { encoding: "utf8" });
  if (error) throw error;
  if (status !== 0) throw new Error(`${path} ended with ${status}:\n${stdout}${stderr}`);
  return countIn(stderr);
}

function main([program, option]) {
  if (program === undefined || ![undefined, "--accept"].includes(option)) {
    throw new Error("node scripts/instructions.mjs PROGRAM [--accept]");
  }
  const counted = Object.fromEntries(PATHS.map((path) => [path, count(program, path)]));
  if (option === "--accept") {
    writeFileSync(FILE, `${JSON.stringify({ [process.arch]: counted }, null, 2)}\n`);
    console.log(`scripts/instructions.json: ${JSON.stringify(counted)}`);
    return;
  }
  const committed = JSON.parse(readFileSync(FILE, "utf8"))[process.arch];
  if (committed === undefined) {
    console.log(`instructions are not compared: none are committed for ${process.arch}; ./dev bench --instructions --accept writes them`);
    return;
  }
  const rows = compare(committed, counted);
  for (const { path, says } of rows) console.log(`instructions of ${path}: ${says}`);
  if (rows.some(({ fails }) => fails)) {
    console.log(`A hot path got dearer by more than ${TOLERANCE_PERCENT} %. Where that is meant: ./dev bench --instructions --accept`);
    process.exitCode = 1;
  }
}

if (import.meta.main ?? process.argv[1]?.endsWith("instructions.mjs")) main(process.argv.slice(2));
