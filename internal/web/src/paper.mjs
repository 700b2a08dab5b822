// The dark theme is for screens: on paper the light one holds, whatever the reader chose. Usage: node paper.mjs <tokens.css>
import fs from 'node:fs';

const file = process.argv[2];
const css = fs.readFileSync(file, 'utf8');
const dark = /\[data-color-scheme="dark"\] \{\n[\s\S]*?\n\}/;
if (!dark.test(css) || !css.includes('@media (prefers-color-scheme: dark)')) throw new Error(`${file}: the dark theme is not where it was`);
fs.writeFileSync(file, css
  .replace(dark, (block) => `@media screen {\n${block}\n}`)
  .replace('@media (prefers-color-scheme: dark)', '@media screen and (prefers-color-scheme: dark)'));
