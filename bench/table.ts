// Prints what the bench last found out, as Markdown, for the documentation: `node bench/table.ts a`
import { sectionText } from './render.ts';
import { PARTS, readResults } from './results.ts';

const wanted = process.argv.slice(2);
const results = readResults();
for (const part of PARTS) {
  if (wanted.length > 0 && !wanted.includes(part)) continue;
  const section = results[part];
  console.log(section === undefined ? `not measured yet: npm run bench -- ${part}` : sectionText(section));
}
