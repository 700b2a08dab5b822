// Writes one SVG sprite of the icons named in icons.txt. Usage: node icons.mjs <out file>
import fs from 'node:fs';

const names = fs.readFileSync('icons.txt', 'utf8').split('\n').filter(Boolean);
const symbols = names.map((name) => {
  const svg = fs.readFileSync(`node_modules/lucide-static/icons/${name}.svg`, 'utf8');
  const shapes = svg.replace(/^[\s\S]*?<svg[\s\S]*?>/, '').replace('</svg>', '').replace(/\s+/g, ' ').replace(/> </g, '><').trim();
  return `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round">${shapes}</symbol>`;
});
fs.writeFileSync(process.argv[2], `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join('')}</svg>`);
