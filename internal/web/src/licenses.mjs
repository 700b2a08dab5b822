// Gathers the licences of what ends up in the committed assets. Usage: node licenses.mjs <out file>
import fs from 'node:fs';

const parts = [
  ['ds.css, ds.js', '@digdir/designsystemet-css'],
  ['ds.js', '@digdir/designsystemet-web'],
  ['htmx.js', 'htmx.org'],
  ['inter.woff2', '@fontsource-variable/inter'],
  ['icons.svg', 'lucide-static'],
];
const text = parts.map(([files, name]) => {
  const dir = `node_modules/${name}`;
  const { version, license } = JSON.parse(fs.readFileSync(`${dir}/package.json`, 'utf8'));
  const file = fs.readdirSync(dir).find((f) => /^licen[cs]e/i.test(f));
  const body = file ? fs.readFileSync(`${dir}/${file}`, 'utf8').trim() : `Licence: ${license}`;
  return `${files}: ${name} ${version}\n\n${body}\n`;
});
fs.writeFileSync(process.argv[2], text.join('\n' + '-'.repeat(78) + '\n\n'));
