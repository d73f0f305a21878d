// The integration tests of some crates that cargo has built: of each the crate's folder and the program, a line each.
// Usage: cargo test --workspace --no-run --message-format=json | node scripts/test-binaries.mjs CRATE...
import { dirname } from "node:path";
import { createInterface } from "node:readline";

const crates = process.argv.slice(2);
const found = new Map();
for await (const line of createInterface({ input: process.stdin })) {
    if (!line.startsWith("{")) continue;
    const message = JSON.parse(line);
    if (message.reason !== "compiler-artifact" || !message.executable || !message.target.kind.includes("test")) continue;
    const folder = dirname(message.manifest_path);
    const crate = crates.find((name) => folder.endsWith(`/${name}`));
    if (crate) found.set(`${crate} ${message.target.name}`, `${folder} ${message.executable}`);
}
for (const [, programs] of [...found].sort()) console.log(programs);
