// Packs a folder as one archive. The same files give the same bytes, whoever packs them and whenever: entries are in the order of
// their names, belong to nobody, and have one time (SOURCE_DATE_EPOCH, or that of the commit).
//
//   node scripts/pack.mjs FOLDER NAME        writes NAME.tar.gz, whose entries are below NAME/
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";

const BLOCK = 512;
/** Of the field for the name; what is longer is cut between folders. */
const NAME_BYTES = 100;
const PREFIX_BYTES = 155;
/** Where gzip says on which system it ran, and what it says there: unknown. */
const [GZIP_SYSTEM, UNKNOWN_SYSTEM] = [9, 255];

/** Every file below a folder, by its path from there. */
function files(folder) {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => !entry.isDirectory());
  const strange = entries.find((entry) => !entry.isFile());
  if (strange) throw new Error(`${join(strange.parentPath, strange.name)} is no plain file`);
  const paths = entries.map((entry) => join(entry.parentPath, entry.name).slice(folder.length).replaceAll("\\", "/").replace(/^\/+/, ""));
  // By their bytes, which are the same in every language.
  return paths.sort((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)));
}

/** The name in a header: as it is, or in two parts. */
function split(name) {
  if (Buffer.byteLength(name) <= NAME_BYTES) return [name, ""];
  for (let slash = name.indexOf("/"); slash > 0; slash = name.indexOf("/", slash + 1)) {
    const [prefix, rest] = [name.slice(0, slash), name.slice(slash + 1)];
    if (Buffer.byteLength(prefix) <= PREFIX_BYTES && Buffer.byteLength(rest) <= NAME_BYTES) return [rest, prefix];
  }
  throw new Error(`${name} is too long for an archive`);
}

function header(name, size, mode, seconds) {
  const block = Buffer.alloc(BLOCK);
  const [short, prefix] = split(name);
  const octal = (value, digits) => value.toString(8).padStart(digits, "0");
  block.write(short, 0);
  block.write(octal(mode, 7), 100);
  block.write(octal(0, 7), 108);
  block.write(octal(0, 7), 116);
  block.write(octal(size, 11), 124);
  block.write(octal(seconds, 11), 136);
  block.write(" ".repeat(8), 148);
  block.write("0", 156);
  block.write("ustar\u000000", 257);
  block.write(prefix, 345);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${octal(sum, 6)}\0 `, 148);
  return block;
}

/** The bytes of the archive. */
export function pack(folder, name, seconds) {
  const blocks = [];
  for (const path of files(folder)) {
    const [bytes, stat] = [readFileSync(join(folder, path)), statSync(join(folder, path))];
    // Only whether it can be run; whatever else somebody may do is the business of where it is unpacked.
    const mode = stat.mode & 0o100 ? 0o755 : 0o644;
    const rest = (BLOCK - (bytes.length % BLOCK)) % BLOCK;
    blocks.push(header(`${name}/${path}`, bytes.length, mode, seconds), bytes, Buffer.alloc(rest));
  }
  blocks.push(Buffer.alloc(2 * BLOCK));
  const archive = gzipSync(Buffer.concat(blocks), { level: 9 });
  archive[GZIP_SYSTEM] = UNKNOWN_SYSTEM;
  return archive;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [folder, target] = process.argv.slice(2);
  const seconds = Number(process.env.SOURCE_DATE_EPOCH);
  if (!folder || !target || !Number.isInteger(seconds)) {
    console.error("usage: SOURCE_DATE_EPOCH=SECONDS node scripts/pack.mjs FOLDER NAME");
    process.exit(2);
  }
  const archive = pack(folder.replace(/\/+$/, ""), basename(target), seconds);
  writeFileSync(`${target}.tar.gz`, archive);
  console.log(`${createHash("sha256").update(archive).digest("hex")}  ${basename(target)}.tar.gz`);
}
