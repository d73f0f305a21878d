// Writes file.br and file.gz beside each text or WebAssembly file of a site, as the server sends them: nothing of the site is
// compressed while somebody waits for it. Copies that are current are kept, those of files that are gone are removed.
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, brotliDecompressSync, constants, gunzipSync, gzipSync } from "node:zlib";

const compressible = /\.(css|html|js|json|svg|txt|wasm|webmanifest|xml)$/;
const encodings = [
  {
    ending: ".br",
    compress: (bytes) =>
      brotliCompressSync(bytes, {
        params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
      }),
    decompress: brotliDecompressSync,
  },
  { ending: ".gz", compress: (bytes) => gzipSync(bytes, { level: 9 }), decompress: gunzipSync },
];

const site = process.argv[2];
if (!site || !existsSync(site)) {
  console.error("usage: node scripts/precompress.mjs SITE");
  process.exit(2);
}
const files = readdirSync(site, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name));

for (const path of files) {
  const encoding = encodings.find(({ ending }) => path.endsWith(ending));
  if (encoding && !existsSync(path.slice(0, -encoding.ending.length))) rmSync(path);
}
for (const path of files.filter((path) => compressible.test(path))) {
  const bytes = readFileSync(path);
  for (const { ending, compress, decompress } of encodings) {
    if (isCopyOf(bytes, path + ending, decompress)) continue;
    const compressed = compress(bytes);
    // A copy that is no smaller is never sent, and an older one would be.
    if (compressed.length < bytes.length) writeFileSync(path + ending, compressed);
    else rmSync(path + ending, { force: true });
  }
}

/** Whether the copy decompresses to these bytes. One that cannot be read is none. */
function isCopyOf(bytes, path, decompress) {
  try {
    return decompress(readFileSync(path)).equals(bytes);
  } catch {
    return false;
  }
}
