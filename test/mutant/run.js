// The mutants from the command line: who rejects each, and how many survive. Arguments choose those whose text has them.

import { mutants } from './mutants.js';
import { judgeAll } from './mutate.js';

const words = process.argv.slice(2);
const chosen = mutants.filter(({ breaks, file }) =>
  words.every((word) => `${file} ${breaks}`.includes(word)),
);
if (chosen.length === 0) {
  console.error(
    `no mutant has '${words.join(' ')}' in its description: see test/mutant/mutants.js`,
  );
  process.exit(2);
}
let survived = 0;
const verdicts = judgeAll(chosen);
for (const verdict of verdicts) verdict.catch(() => {}); // awaited below, in order
for (const [i, mutant] of chosen.entries()) {
  const { by, reason } = await verdicts[i];
  if (by === 'nothing') survived++;
  const said = by === 'nothing' ? 'SURVIVED' : `rejected (${by})`;
  console.log(`${said}: src/${mutant.file}: ${mutant.breaks}${reason && `\n    ${reason}`}`);
}
console.log(`${chosen.length - survived} mutants rejected, ${survived} survived`);
process.exitCode = survived === 0 ? 0 : 1;
