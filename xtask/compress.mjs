// Writes `.br` and `.gz` beside every text and wasm file below a folder, as small as they get: servers hand them out as they are.
// A script, since Node brings both compressors, and their native speed, with it.
import fs from "node:fs";
import path from "node:path";
import zlib from "node:zlib";

const kinds = new Set([".css", ".html", ".js", ".json", ".svg", ".txt", ".wasm"]);
let before = 0;
let after = 0;

for (const entry of fs.readdirSync(process.argv[2], { recursive: true, withFileTypes: true })) {
  const file = path.join(entry.parentPath ?? entry.path, entry.name);
  if (!entry.isFile() || !kinds.has(path.extname(file))) continue;
  const bytes = fs.readFileSync(file);
  const brotli = zlib.brotliCompressSync(bytes, {
    params: {
      [zlib.constants.BROTLI_PARAM_QUALITY]: zlib.constants.BROTLI_MAX_QUALITY,
      [zlib.constants.BROTLI_PARAM_LGWIN]: zlib.constants.BROTLI_MAX_WINDOW_BITS,
      [zlib.constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    },
  });
  fs.writeFileSync(`${file}.br`, brotli);
  fs.writeFileSync(`${file}.gz`, zlib.gzipSync(bytes, { level: zlib.constants.Z_BEST_COMPRESSION }));
  before += bytes.length;
  after += brotli.length;
}
console.log(`${before} ${after}`);
