// Gives the site's own files names that hold a hash of what is in them, so that a browser keeps them for good:
//   node name-files.mjs FROM SITE   the files of a build become SITE/pkg/NAME-HASH.ENDING, and SITE/files.json says which is which
//   node name-files.mjs SITE        the same again, after something has changed the files of SITE
// A file that names another one has the other's new name in it, so its own changes with it.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const hashLength = 12;
const text = /\.(css|js)$/;
const map = ".map";

/** Names of files in the order in which they can be named: what a file names comes before it. */
function inOrder(files) {
  const ordered = [];
  const visit = (name, above) => {
    if (ordered.includes(name)) return;
    if (above.includes(name)) throw new Error(`${name} names itself: ${above.join(", ")}`);
    for (const other of namedIn(name, files)) visit(other, [...above, name]);
    ordered.push(name);
  };
  for (const name of [...files.keys()].sort()) visit(name, []);
  return ordered;
}

/** Where a script imports a file or a style sheet shows it; the same text elsewhere is none, as in what a module calls its imports. */
const referenceTo = (name) =>
  new RegExp(`((?:from|import|import\\(|url\\()\\s*["']?)(/pkg/|\\./)${name.replaceAll(".", "\\.")}(?=["')])`, "g");

function namedIn(name, files) {
  if (!text.test(name)) return [];
  const content = files.get(name).toString();
  return [...files.keys()].filter((other) => other !== name && referenceTo(other).test(content));
}

/** The files by their new names, and which is which. */
export function named(files) {
  const maps = [...files.keys()].filter((name) => name.endsWith(map));
  const others = new Map([...files].filter(([name]) => !name.endsWith(map)));
  const [result, names] = [new Map(), {}];
  for (const name of inOrder(others)) {
    let content = others.get(name);
    if (text.test(name)) {
      let written = content.toString();
      for (const other of namedIn(name, others)) written = written.replace(referenceTo(other), `$1$2${names[other]}`);
      content = Buffer.from(written);
    }
    const hash = createHash("sha256").update(content).digest("hex").slice(0, hashLength);
    const [, stem, ending] = /^(.*?)(\.[^.]+)$/.exec(name);
    names[name] = `${stem}-${hash}${ending}`;
    if (maps.includes(name + map)) {
      content = Buffer.from(content.toString().replace(`sourceMappingURL=${name}${map}`, `sourceMappingURL=${names[name]}${map}`));
      result.set(names[name] + map, files.get(name + map));
    }
    result.set(names[name], content);
  }
  return { files: result, names };
}

/** The files as they were before they were named. */
function unnamed(site) {
  const { files: names } = JSON.parse(readFileSync(join(site, "files.json"), "utf8"));
  const files = new Map();
  for (const [name, current] of Object.entries(names)) {
    let content = readFileSync(join(site, "pkg", current));
    if (text.test(name)) {
      let written = content.toString().replace(`sourceMappingURL=${current}${map}`, `sourceMappingURL=${name}${map}`);
      for (const [other, its] of Object.entries(names)) written = written.replace(referenceTo(its), `$1$2${other}`);
      content = Buffer.from(written);
    }
    files.set(name, content);
    const itsMap = join(site, "pkg", current + map);
    if (existsSync(itsMap)) files.set(name + map, readFileSync(itsMap));
  }
  return files;
}

function read(folder) {
  const entries = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(entries.map(({ name }) => [name, readFileSync(join(folder, name))]));
}

function write(site, { files, names }) {
  const folder = join(site, "pkg");
  mkdirSync(folder, { recursive: true });
  for (const entry of readdirSync(folder)) {
    // Compressed copies are kept: precompress.mjs knows which are current.
    if (!files.has(entry.replace(/\.(br|gz)$/, ""))) rmSync(join(folder, entry), { recursive: true });
  }
  for (const [name, content] of files) {
    const path = join(folder, name);
    if (!existsSync(path) || !readFileSync(path).equals(content)) writeFileSync(path, content);
  }
  const build = createHash("sha256").update(JSON.stringify(names)).digest("hex").slice(0, hashLength);
  writeFileSync(join(site, "files.json"), JSON.stringify({ build, files: names }, null, 2) + "\n");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [from, site = from] = process.argv.slice(2);
  if (!from || !existsSync(from)) {
    console.error("usage: node scripts/name-files.mjs [FROM] SITE");
    process.exit(2);
  }
  write(site, named(site === from ? unnamed(site) : read(from)));
}
