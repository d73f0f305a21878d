// What dist/ is made of, as CycloneDX 1.5: every crate that is compiled into the binary or the pages, what of npm is in the pages,
// and libduckdb. What only builds or tests is not in it.
//
//   SOURCE_DATE_EPOCH=SECONDS node scripts/sbom.mjs >sbom.cdx.json
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
/** What the scripts of the pages import. */
export const BUNDLED = ["@sentry/browser", "@sentry/wasm", "idiomorph"];
/** What is compiled, and for which platform: this one where none is named. */
const COMPILED = [{ crate: "server" }, { crate: "frontend", target: "wasm32-unknown-unknown" }];

function hostTarget() {
  const text = execFileSync("rustc", ["-vV"], { cwd: root, encoding: "utf8" });
  return /^host: (.*)$/m.exec(text)[1];
}

function cargo(target) {
  const options = ["metadata", "--format-version", "1", "--locked", "--filter-platform", target];
  return JSON.parse(execFileSync("cargo", options, { cwd: root, encoding: "utf8", maxBuffer: 1 << 28 }));
}

/** SHA-256 of each crate of the registry, as Cargo.lock has it. */
function checksums() {
  const lock = readFileSync(join(root, "Cargo.lock"), "utf8");
  const found = new Map();
  for (const entry of lock.split("[[package]]").slice(1)) {
    const field = (name) => new RegExp(`^${name} = "(.*)"$`, "m").exec(entry)?.[1];
    if (field("checksum")) found.set(`${field("name")}@${field("version")}`, field("checksum"));
  }
  return found;
}

/** Adds the crates that a crate of ours needs in order to run or be compiled, to what is known of them. */
function addCrates({ crate, target = hostTarget() }, sums, components) {
  const metadata = cargo(target);
  const packages = new Map(metadata.packages.map((entry) => [entry.id, entry]));
  const nodes = new Map(metadata.resolve.nodes.map((node) => [node.id, node]));
  const isOurs = (id) => packages.get(id).source === null;
  const refOf = (id) => `pkg:cargo/${packages.get(id).name}@${packages.get(id).version}`;
  const start = metadata.packages.find((entry) => entry.name === crate && isOurs(entry.id)).id;
  const [seen, waiting, direct] = [new Set(), [start], new Set()];
  while (waiting.length > 0) {
    const id = waiting.pop();
    if (seen.has(id)) continue;
    seen.add(id);
    const needed = nodes.get(id).deps.filter((edge) => edge.dep_kinds.some((kind) => kind.kind !== "dev")).map((edge) => edge.pkg);
    waiting.push(...needed);
    if (isOurs(id)) {
      needed.filter((other) => !isOurs(other)).forEach((other) => direct.add(refOf(other)));
      continue;
    }
    const { name, version, license } = packages.get(id);
    const sum = sums.get(`${name}@${version}`);
    const known = components.get(refOf(id));
    const dependsOn = new Set([...(known?.dependsOn ?? []), ...needed.map(refOf)]);
    components.set(refOf(id), { name, version, license, hashes: sum ? [{ alg: "SHA-256", content: sum }] : [], dependsOn });
  }
  return direct;
}

/** The library that npm chose for this platform, as scripts/link-duckdb.mjs does. */
function duckdb() {
  const musl = process.platform === "linux" && !process.report.getReport().header.glibcVersionRuntime;
  return `@duckdb/node-bindings-${process.platform}-${process.arch}${musl ? "-musl" : ""}`;
}

export function addPackages(names, components) {
  const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")).packages;
  const refs = [];
  const add = (name) => {
    const entry = lock[`node_modules/${name}`];
    if (!entry) throw new Error(`package-lock.json has no ${name}`);
    const ref = `pkg:npm/${name.replace("@", "%40")}@${entry.version}`;
    if (components.has(ref)) return ref;
    const [algorithm, digest] = (entry.integrity ?? "").split("-");
    const hashes = algorithm === "sha512" ? [{ alg: "SHA-512", content: Buffer.from(digest, "base64").toString("hex") }] : [];
    const component = { name, version: entry.version, license: entry.license, hashes, dependsOn: new Set() };
    components.set(ref, component);
    for (const needed of Object.keys(entry.dependencies ?? {})) component.dependsOn.add(add(needed));
    return ref;
  };
  names.forEach((name) => refs.push(add(name)));
  return refs;
}

/** The document. */
export function sbom(seconds) {
  const version = /\[workspace\.package\]\nversion = "(.*)"/.exec(readFileSync(join(root, "Cargo.toml"), "utf8"))[1];
  const [components, sums, direct] = [new Map(), checksums(), new Set()];
  for (const compiled of COMPILED) addCrates(compiled, sums, components).forEach((ref) => direct.add(ref));
  addPackages([...BUNDLED, duckdb()], components).forEach((ref) => direct.add(ref));
  const refs = [...components.keys()].sort();
  const own = `pkg:generic/klk-tracking@${version}`;
  const document = {
    bomFormat: "CycloneDX",
    specVersion: "1.5",
    version: 1,
    metadata: {
      timestamp: new Date(seconds * 1000).toISOString(),
      tools: { components: [{ type: "application", name: "scripts/sbom.mjs", version }] },
      component: { type: "application", "bom-ref": own, name: "klk-tracking", version, purl: own, licenses: [{ expression: "MIT" }] },
    },
    components: refs.map((ref) => {
      const { name, version, license, hashes } = components.get(ref);
      // Cargo once wrote "MIT/Apache-2.0" for a choice.
      const licenses = license ? [{ expression: license.replaceAll("/", " OR ") }] : [];
      return { type: "library", "bom-ref": ref, name, version, purl: ref, scope: "required", licenses, hashes };
    }),
    dependencies: [
      { ref: own, dependsOn: [...direct].sort() },
      ...refs.map((ref) => ({ ref, dependsOn: [...components.get(ref).dependsOn].sort() })),
    ],
  };
  // Of what is in it, so that the same parts have the same number.
  const digest = createHash("sha256").update(JSON.stringify(document)).digest("hex");
  const parts = [digest.slice(0, 8), digest.slice(8, 12), `5${digest.slice(13, 16)}`, `8${digest.slice(17, 20)}`, digest.slice(20, 32)];
  return { $schema: "http://cyclonedx.org/schema/bom-1.5.schema.json", serialNumber: `urn:uuid:${parts.join("-")}`, ...document };
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const seconds = Number(process.env.SOURCE_DATE_EPOCH);
  if (!Number.isInteger(seconds)) {
    console.error("usage: SOURCE_DATE_EPOCH=SECONDS node scripts/sbom.mjs");
    process.exit(2);
  }
  process.stdout.write(`${JSON.stringify(sbom(seconds), null, 2)}\n`);
}
