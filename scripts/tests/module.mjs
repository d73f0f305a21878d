// The least WebAssembly module that has code, a name for it, and a build id.

const unsigned = (number) => (number < 128 ? [number] : [(number & 0x7f) | 0x80, number >> 7]);
const text = (string) => [...unsigned(string.length), ...Buffer.from(string)];
const section = (id, content) => [id, ...unsigned(content.length), ...content];
const custom = (name, content) => section(0, [...text(name), ...content]);

export function moduleWith({ buildId, name }) {
  return Buffer.from([
    0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
    ...section(1, [1, 0x60, 0, 0]),
    ...section(3, [1, 0]),
    ...section(7, [1, ...text("f"), 0, 0]),
    ...section(10, [1, 2, 0, 0x0b]),
    ...(name ? custom("name", [1, ...unsigned(name.length + 3), 1, 0, ...text(name)]) : []),
    ...(buildId ? custom("build_id", [...Buffer.from(buildId, "hex")]) : []),
  ]);
}
