// The fuzzer from the command line: main.js [SECONDS].
import { fuzz, howToReplay } from './fuzz.js';

const seconds = Number(process.argv[2] ?? 60);
if (!Number.isInteger(seconds) || seconds < 1) {
  console.error(
    `fuzz: '${process.argv[2]}' is no number of seconds: give a whole number, as in make fuzz SECONDS=600`,
  );
  process.exit(2);
}
const result = await fuzz(seconds, (line) => console.error(line));
console.log(`${result.executions} executions, coverage ${result.coverage}`);
if (result.status !== 0) console.error(`fuzz: ${howToReplay(result)}`);
process.exitCode = result.status === 0 ? 0 : 1;
