// Empties functions of a WebAssembly module that no page ever runs, and that nothing else can know it of, because they are
// called by a number out of a table: node wasm-unused.mjs MODULE EMPTIED. Bodies keep their lengths, so that all places in the
// module, and what its debug information says of them, stay right; wasm-opt then makes them short.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { readNumber, sectionsOf } from "./wasm.mjs";

/** By the names that the compiler gives them. A kind that is nowhere is an error: Leptos has changed, and this with it. */
export const unused = {
  // The other way to hydrate, for pages whose code comes in pieces: Leptos starts it in hydrate_lazy, which nobody calls.
  "lazy hydration": /hydrate_async/,
};

const importSection = 2;
const codeSection = 10;
const functionNames = 1;
const [unreachable, end] = [0x00, 0x0b];

/** The module with those functions empty whose name fits, and how many fit. */
export function emptied(module, pattern) {
  const sections = sectionsOf(module);
  const content = (id) => sections.find((section) => section.id === id)?.content ?? Buffer.from([0]);
  const names = namesOf(sections.find(({ name }) => name === "name")?.content);
  const imported = importedFunctions(content(importSection));
  const code = sections.find(({ id }) => id === codeSection);
  const copy = Buffer.from(module);
  let count = 0;
  if (!code) return { module: copy, count };
  const offset = code.end - code.content.length;
  let [functions, place] = readNumber(code.content, 0);
  for (let index = imported; index < imported + functions; index++) {
    const [length, body] = readNumber(code.content, place);
    place = body + length;
    if (!pattern.test(names.get(index) ?? "")) continue;
    const start = afterLocals(code.content, body);
    copy.fill(unreachable, offset + start, offset + place - 1);
    copy[offset + place - 1] = end;
    count++;
  }
  return { module: copy, count };
}

function afterLocals(code, body) {
  let [groups, place] = readNumber(code, body);
  for (; groups > 0; groups--) place = readNumber(code, place)[1] + 1;
  return place;
}

function namesOf(section) {
  const names = new Map();
  for (let place = 0; section && place < section.length; ) {
    const kind = section[place];
    const [length, start] = readNumber(section, place + 1);
    place = start + length;
    if (kind !== functionNames) continue;
    let [count, entry] = readNumber(section, start);
    for (; count > 0; count--) {
      const [index, afterIndex] = readNumber(section, entry);
      const [size, text] = readNumber(section, afterIndex);
      names.set(index, section.toString("utf8", text, text + size));
      entry = text + size;
    }
  }
  return names;
}

/** Functions that are imported have the first numbers. */
function importedFunctions(section) {
  let [count, place] = readNumber(section, 0);
  let functions = 0;
  const skip = () => ([, place] = readNumber(section, place));
  const skipText = () => {
    const [length, text] = readNumber(section, place);
    place = text + length;
  };
  const skipLimits = () => {
    const hasMaximum = section[place++] & 1;
    skip();
    if (hasMaximum) skip();
  };
  const skippers = [() => (functions++, skip()), () => (place++, skipLimits()), skipLimits, () => (place += 2), () => (place++, skip())];
  for (; count > 0; count--) {
    skipText();
    skipText();
    skippers[section[place++]]();
  }
  return functions;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [from, to] = process.argv.slice(2);
  let module = readFileSync(from);
  for (const [what, pattern] of Object.entries(unused)) {
    const outcome = emptied(module, pattern);
    if (outcome.count === 0) {
      console.error(`[dev] ${from} has no ${what} (scripts/wasm-unused.mjs): has Leptos changed?`);
      process.exit(1);
    }
    module = outcome.module;
  }
  writeFileSync(to, module);
}
