// Puts the libduckdb that npm chose for this platform at one place that build settings can name: node_modules/.duckdb.
import { copyFileSync, mkdirSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const { resolve } = createRequire(join(root, "package.json"));
const musl = process.platform === "linux" && !process.report.getReport().header.glibcVersionRuntime;
const name = `@duckdb/node-bindings-${process.platform}-${process.arch}${musl ? "-musl" : ""}`;
const libraries = ["libduckdb.so", "libduckdb.dylib", "duckdb.dll", "duckdb.lib"];

try {
  const from = dirname(resolve(`${name}/package.json`));
  const to = join(root, "node_modules", ".duckdb");
  mkdirSync(to, { recursive: true });
  for (const file of readdirSync(from)) {
    if (libraries.includes(file)) copyFileSync(join(from, file), join(to, file));
  }
} catch (error) {
  // Not fatal: the library can be named with DUCKDB_LIB_DIR, or compiled with the cargo feature `bundled`.
  console.warn(`no DuckDB library for this platform from npm (${name}): ${error.message}`);
}
