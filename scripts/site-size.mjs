// What a browser downloads for its first page, as it is served: with Brotli. Fails over the budget.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";

const budgetKb = 450;
const site = process.argv[2];
const sizesKb = ["klk.wasm", "klk.js", "klk.css"]
  .map((name) => join(site, "pkg", name))
  .filter(existsSync)
  .map((path) => brotliCompressSync(readFileSync(path)).length / 1000);
const totalKb = sizesKb.reduce((sum, size) => sum + size, 0);

console.log(`[dev] first page: ${totalKb.toFixed(0)} kB with Brotli, of ${budgetKb} kB`);
process.exit(totalKb > budgetKb ? 1 : 0);
