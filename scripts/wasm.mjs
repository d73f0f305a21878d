// What a browser is served of a WebAssembly module that has names and debug information: node wasm.mjs strip WHOLE SERVED
// The code is not touched, so that a place in the one is the same place in the other; nor is `build_id`, by which Sentry finds the
// whole one: node wasm.mjs build-id MODULE
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const magicAndVersionBytes = 8;
const customSection = 0;
const codeSection = 10;
const kept = ["build_id"];

/** Every section: its number, its name where it is a custom one, its place with its header, its content. */
export function sectionsOf(module) {
  const sections = [];
  for (let start = magicAndVersionBytes; start < module.length; ) {
    const [length, content] = readNumber(module, start + 1);
    const end = content + length;
    const section = { id: module[start], start, end, content: module.subarray(content, end) };
    if (section.id === customSection) {
      const [nameLength, name] = readNumber(module, content);
      section.name = module.toString("utf8", name, name + nameLength);
      section.content = module.subarray(name + nameLength, end);
    }
    sections.push(section);
    start = end;
  }
  return sections;
}

/** The module without the custom sections that come after its code. */
export function strip(module) {
  const sections = sectionsOf(module);
  const code = sections.findIndex(({ id }) => id === codeSection);
  const isServed = ({ id, name }, index) => id !== customSection || index < code || kept.includes(name);
  const parts = sections.filter(isServed).map(({ start, end }) => module.subarray(start, end));
  return Buffer.concat([module.subarray(0, magicAndVersionBytes), ...parts]);
}

/** An unsigned number in LEB128, and the place after it. */
function readNumber(bytes, start) {
  let [value, shift, place] = [0, 0, start];
  for (;;) {
    const byte = bytes[place++];
    if (byte === undefined) throw new Error("the module ends in the middle of a number");
    value += (byte & 0x7f) * 2 ** shift;
    shift += 7;
    if (byte < 0x80) return [value, place];
  }
}

/** As Sentry writes it; none where the module has none. */
export function buildIdOf(module) {
  return sectionsOf(module).find(({ name }) => name === "build_id")?.content.toString("hex");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [verb, from, to] = process.argv.slice(2);
  const module = readFileSync(from);
  const buildId = buildIdOf(module);
  if (!buildId) {
    console.error(`[dev] ${from} has no build_id: Sentry could not tell which module a page runs`);
    process.exit(1);
  }
  if (verb === "strip") writeFileSync(to, strip(module));
  else console.log(buildId);
}
