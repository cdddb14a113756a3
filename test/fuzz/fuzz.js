// Runs the fuzzer: builds it, plays the committed corpus and what earlier runs found, then new inputs.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildNative, project, sanitizers, shared } from '../native/build.js';

const HARDENED = ['-DGHARIAL_HARDENED=1'];
/** Flags of each variant of the core. */
export const VARIANTS = {
  checked: [],
  hardened: HARDENED,
  'hardened, with poison, quarantine and shuffle': [
    ...HARDENED,
    ...['-DGHARIAL_POISON=1', '-DGHARIAL_QUARANTINE=1', '-DGHARIAL_SHUFFLE=1'],
  ],
  threads: shared,
};

/**
 * @param {number} seconds how long new inputs are tried
 * @param {keyof typeof VARIANTS} variant of the core
 * @param {(line: string) => void} [show] gets the fuzzer's lines
 * @returns {Promise<{ status: number | null, executions: number, coverage: number, program: string, artifact: string | undefined, output: string }>}
 */
export async function fuzz(seconds, variant, show = () => {}) {
  const source = variant === 'threads' ? 'threads_fuzz' : 'heap_fuzz';
  const program = await buildNative(`test/fuzz/${source}.cpp`, {
    // Assertions are oracles that cost little beside the shadow's.
    flags: ['-O2', ...sanitizers, '-fsanitize=fuzzer', ...VARIANTS[variant]],
    checked: !variant.startsWith('hardened'),
  });
  const found = join(project, `build/fuzz/${source}`);
  const artifacts = join(project, 'build/fuzz/');
  mkdirSync(found, { recursive: true });
  const child = spawn(
    program,
    [
      `-max_total_time=${seconds}`,
      '-max_len=1500',
      '-len_control=20',
      '-timeout=60',
      '-rss_limit_mb=4096',
      '-use_value_profile=0',
      '-print_final_stats=1',
      `-artifact_prefix=${artifacts}`,
      found,
      join(project, 'test/fuzz/corpus'),
    ],
    { stdio: ['ignore', 'ignore', 'pipe'], cwd: project },
  );
  let output = '';
  child.stderr.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
    output += text;
    for (const line of text.split('\n')) if (line !== '') show(line);
  });
  const status = await new Promise((resolve, reject) => {
    child.on('error', reject).on('close', resolve);
  });
  const last = (/** @type {RegExp} */ pattern) => [...output.matchAll(pattern)].at(-1)?.[1];
  return {
    status,
    executions: Number(last(/number_of_executed_units: (\d+)/g) ?? 0),
    coverage: Number(last(/ cov: (\d+)/g) ?? 0),
    program,
    artifact: last(/Test unit written to (\S+)/g),
    output,
  };
}

/** What the fuzzer said around the first failure, and the input itself. @param {Awaited<ReturnType<typeof fuzz>>} result */
export function whatBroke({ output, artifact }) {
  const lines = output.split('\n');
  const error = lines.findIndex((line) => /ERROR:|runtime error:/.test(line));
  const around = lines.slice(Math.max(0, error - 3), error + 25).map((line) => line.slice(0, 200));
  const input =
    artifact === undefined ? [] : [`input: ${readFileSync(artifact).toString('base64')}`];
  return [...(error < 0 ? lines.slice(-30) : around), ...input].join('\n');
}

/** One line that says how to see a crash again. @param {Awaited<ReturnType<typeof fuzz>>} result */
export function howToReplay({ status, artifact, program }) {
  return artifact === undefined
    ? `the fuzzer ended with status ${status} and wrote no input`
    : `the input is ${artifact}; to replay it: ${program} ${artifact}`;
}
