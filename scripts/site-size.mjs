// What a browser downloads for its first page besides the page itself: the bytes of the files that are sent, compressed when
// the site was built. Fails over the budget. What a browser really counts, a browser test says (end2end/tests/size.spec.ts).
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

const site = process.argv[2];
const { files } = JSON.parse(readFileSync(join(site, "files.json"), "utf8"));
// The grid's script comes with the first page that has a grid, that of the palette with its first key; islands come with the first
// page that has one; Sentry's SDK with the pages of a server that has a DSN, and no others.
const budgets = [
  { what: "first page", names: ["klk.css", "bridge.js", "page.js", "worker.js"], budgetKb: 22 },
  { what: "grid", names: ["grid.js"], budgetKb: 3 },
  { what: "details and notes", names: ["kept.js"], budgetKb: 1 },
  { what: "palette and shortcuts", names: ["palette.js"], budgetKb: 2 },
  { what: "islands", names: ["klk.js", "klk.wasm"], budgetKb: 80 },
  { what: "with Sentry", names: ["sentry.js"], budgetKb: 50 },
];

const sizeKb = (path) => statSync(existsSync(`${path}.br`) ? `${path}.br` : path).size / 1000;
let failed = false;
for (const { what, names, budgetKb } of budgets) {
  const paths = names.map((name) => join(site, "pkg", files[name]));
  const totalKb = paths.reduce((sum, path) => sum + sizeKb(path), 0);
  console.log(`[dev] ${what}: ${totalKb.toFixed(0)} kB with Brotli, of ${budgetKb} kB`);
  failed ||= totalKb > budgetKb;
}
process.exit(failed ? 1 : 0);
