// The command line itself: help, versions, errors and exit statuses, and the commands that a build calls.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commands } from '../../js/cli/commands.js';
import { gharial, manifest, program, root } from './support.js';

const paths = createRequire(import.meta.url)('gharial/paths');

/** @param {string[]} words */
function printed(...words) {
  const { status, stdout, stderr } = gharial(words);
  assert.deepEqual({ status, stderr }, { status: 0, stderr: '' }, words.join(' '));
  return stdout;
}

/** The one line that a wrong command line ends with. @param {string[]} words */
function refused(...words) {
  const { status, stdout, stderr } = gharial(words);
  assert.equal(status, 2, words.join(' '));
  assert.equal(stdout, '');
  assert.match(stderr, /^gharial: .*\n$/);
  return stderr.slice('gharial: '.length, -1);
}

describe('gharial', () => {
  it('is a program that a shell can start', () => {
    const { status, stdout } = spawnSync(program, ['--version'], { encoding: 'utf8' });
    assert.equal(status, 0);
    assert.equal(stdout, `${manifest.version}\n`);
  });

  it('--help lists every command; without a command it does so as an error', () => {
    const overview = printed('--help');
    for (const [name, { summary }] of Object.entries(commands))
      assert.match(overview, new RegExp(`^ {2}${name} +${summary}$`, 'm'));
    assert.equal(printed('help'), overview);
    const { status, stdout, stderr } = gharial([]);
    assert.deepEqual([status, stdout], [2, '']);
    assert.equal(stderr, `gharial: no command\n\n${overview}`);
  });

  for (const name of Object.keys(commands))
    it(`${name}: help tells its options, and an unknown one is refused`, async () => {
      const { command } = await commands[name].load();
      const text = printed(name, '--help');
      assert.equal(printed('help', name), text);
      assert.ok(text.startsWith(`use: gharial ${name}`));
      for (const option of Object.keys(command.options ?? {}))
        assert.ok(text.includes(`--${option}`), option);
      assert.match(
        refused(name, '--nonsense'),
        new RegExp(`^${name}: Unknown option '--nonsense'`),
      );
    });

  it('names the commands there are when it is given another', () => {
    const line = refused('flag');
    assert.equal(
      line,
      `there is no command \`flag\`; there are ${Object.keys(commands).join(', ')}`,
    );
    assert.match(refused('help', 'toString'), /^there is no command `toString`/);
  });
});

describe('gharial flags', () => {
  it('prints what a link needs', () => {
    assert.equal(printed('flags'), `-sMALLOC=gharial --use-port=${paths.port}\n`);
    assert.deepEqual(JSON.parse(printed('flags', '--json')), paths.requiredConfig.flags);
  });

  it('prints what a compile step needs', () => {
    assert.equal(printed('flags', '--compile'), `--use-port=${paths.port}\n`);
    assert.equal(printed('flags', '-c'), printed('flags', '--compile'));
  });

  it('passes options of the port on, and knows which there are', () => {
    assert.equal(
      printed('flags', 'checked=1', 'stats=0'),
      `-sMALLOC=gharial --use-port=${paths.port}:checked=1:stats=0\n`,
    );
    const port = readFileSync(paths.port, 'utf8');
    for (const name of ['checked', 'stats']) {
      const line = new RegExp(`^  ${name} +[^ ].*default \\d\\)$`, 'm').exec(
        printed('flags', '-h'),
      );
      assert.ok(port.includes(line?.[0].slice(11) ?? '?'), `help explains ${name} as the port`);
    }
    assert.match(
      refused('flags', 'fast=1'),
      /^the port has no option `fast`; it has checked, .*stats, profile, inspector$/,
    );
    assert.equal(refused('flags', 'checked=2'), 'write checked=0 or checked=1');
    assert.equal(refused('flags', 'checked'), 'write checked=0 or checked=1');
  });

  describe('in a directory whose name has a space', () => {
    const scratch = mkdtempSync(join(tmpdir(), "gharial's own cli-"));
    const copy = join(scratch, 'node_modules', 'gharial');
    const file = join(copy, manifest.bin.gharial);
    before(() => {
      mkdirSync(copy, { recursive: true });
      for (const part of ['js', 'emscripten-port', 'src', 'package.json'])
        cpSync(join(root, part), join(copy, part), { recursive: true });
    });
    after(() => rmSync(scratch, { recursive: true, force: true }));

    it('prints the path from here, which has none', () => {
      const { status, stdout } = gharial(['flags'], { cwd: scratch, file });
      const port = 'node_modules/gharial/emscripten-port/gharial.py';
      assert.equal(stdout, `-sMALLOC=gharial --use-port=${port}\n`);
      assert.equal(status, 0);
      assert.ok(existsSync(join(scratch, port)));
    });

    it('refuses to print what a shell would cut; --quote prints what eval puts together', () => {
      const { status, stdout, stderr } = gharial(['flags'], { cwd: tmpdir(), file });
      assert.deepEqual([status, stdout], [1, '']);
      assert.match(stderr, /^gharial: a shell would cut .* --quote\)", or use --json\n$/);
      const quoted = gharial(['flags', '--quote', 'stats=1'], { cwd: tmpdir(), file }).stdout;
      const script = `eval "printf '%s\\n' $1"`;
      const words = spawnSync('sh', ['-c', script, 'sh', quoted], { encoding: 'utf8' }).stdout;
      const port = join(copy, 'emscripten-port/gharial.py:stats=1');
      assert.equal(words, `-sMALLOC=gharial\n--use-port=${port}\n`);
    });
  });

  it('--quote and --json exclude each other', () => {
    assert.equal(refused('flags', '--quote', '--json'), 'flags: --quote or --json, not both');
  });
});

describe('gharial path', () => {
  it('prints where things are, one or all', () => {
    assert.equal(printed('path'), `${paths.root}\n`);
    assert.equal(printed('path', 'port'), `${paths.port}\n`);
    const all = JSON.parse(printed('path', '--json'));
    assert.deepEqual(all.include, paths.include_dir);
    for (const [name, path] of Object.entries(all)) {
      assert.ok(existsSync(path), name);
      assert.equal(printed('path', name), `${path}\n`);
    }
  });

  it('refuses other names and more than one', () => {
    assert.match(refused('path', 'ports'), /^path: there is no `ports`; there are root, port, /);
    assert.equal(
      refused('path', 'port', 'root'),
      'path: `root` is too much; use: gharial path [NAME]',
    );
  });
});
