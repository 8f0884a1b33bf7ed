// Copies the few files that the pages need from node_modules into static/vendor/, which git ignores,
// and puts the icons that the templates name into one sprite.
import { copyFileSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const modules = join(here, "node_modules");
const source = join(here, "src", "admin_ui");
const vendor = join(source, "static", "vendor");
mkdirSync(vendor, { recursive: true });

const files = {
  "tabler.min.css": "@tabler/core/dist/css/tabler.min.css",
  "tabler.LICENSE": "@tabler/core/LICENSE",
  "htmx.min.js": "htmx.org/dist/htmx.min.js",
  "htmx.LICENSE": "htmx.org/LICENSE",
  "icons.LICENSE": "@tabler/icons/LICENSE",
};
for (const [name, from] of Object.entries(files)) {
  try {
    copyFileSync(join(modules, from), join(vendor, name));
  } catch (error) {
    if (!name.endsWith(".LICENSE")) throw error; // a package may keep its licence in its readme
  }
}
// Without its source map, the browser's tools would ask for one that is not there.
const css = join(vendor, "tabler.min.css");
writeFileSync(css, readFileSync(css, "utf8").replace(/\/\*# sourceMappingURL=.*?\*\//, ""));

const names = new Set();
for (const [folder, pattern] of [
  ["templates", /icon\("([a-z0-9-]+)"/g],
  ["web", /icon="([a-z0-9-]+)"/g],
]) {
  for (const entry of readdirSync(join(source, folder), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !/\.(html|py)$/.test(entry.name)) continue;
    const text = readFileSync(join(entry.parentPath ?? entry.path, entry.name), "utf8");
    for (const match of text.matchAll(pattern)) names.add(match[1]);
  }
}
const symbols = [...names].sort().map((name) => {
  const svg = readFileSync(join(modules, "@tabler/icons/icons/outline", `${name}.svg`), "utf8");
  const drawing = svg.replace(/<!--[\s\S]*?-->/g, "").replace(/^[\s\S]*?<svg[^>]*>/, "").replace(/<\/svg>\s*$/, "");
  return `<symbol id="${name}" viewBox="0 0 24 24">${drawing.replace(/\s+/g, " ").trim()}</symbol>`;
});
writeFileSync(join(vendor, "icons.svg"), `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join("\n")}\n</svg>\n`);
console.log(`static/vendor: ${Object.keys(files).length} files, ${symbols.length} icons`);
