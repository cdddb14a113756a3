// Which SDK is chosen and how a command runs in it, with SDKs made of shell scripts: nothing is installed here.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const toolchain = fileURLToPath(new URL('../../emscripten-port/toolchain/', import.meta.url));
const run = join(toolchain, 'run');
const install = join(toolchain, 'install');

/** @param {string} file @param {string} body */
function script(file, body) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `#!/bin/bash\n${body}\n`);
  chmodSync(file, 0o755);
}

/** @param {string} version */
const says = (version) => `[[ $1 == --version ]] && echo "emcc (a stand-in) ${version} (abc)"`;

describe('toolchain', () => {
  /** @type {string} */
  let place;
  /** @type {NodeJS.ProcessEnv} */
  let env;

  beforeEach(() => {
    place = mkdtempSync(join(tmpdir(), 'gharial toolchain '));
    // An empty cache, and an apt-get and a debootstrap that only leave a trace: whoever wants to install is found out.
    for (const tool of ['apt-get', 'debootstrap'])
      script(join(place, 'bin', tool), `echo ${tool} >>'${place}/installed'; exit 100`);
    env = {
      ...process.env,
      XDG_CACHE_HOME: join(place, 'cache'),
      PATH: `${place}/bin:${process.env.PATH}`,
    };
    for (const name of [
      'EMSDK',
      'EM_CACHE',
      'GHARIAL_SDK_ENTERED',
      'GHARIAL_OWN_SDK',
      'GHARIAL_SUITE',
      'BASH_ENV',
    ])
      delete env[name];
  });
  afterEach(() => rmSync(place, { recursive: true }));

  /** @param {string} file @param {string[]} args @param {import('node:child_process').SpawnSyncOptions} [options] */
  function call(file, args = [], options = {}) {
    const result = spawnSync(file, args, { env, encoding: 'utf8', cwd: place, ...options });
    return { ...result, stdout: String(result.stdout), stderr: String(result.stderr) };
  }

  /** @param {ReturnType<typeof call>} result @param {RegExp} message */
  function assertOneLineError(result, message) {
    assert.notEqual(result.status, 0);
    assert.match(result.stderr, message);
    assert.equal(result.stderr.trimEnd().split('\n').length, 1, result.stderr);
    assert.equal(result.stdout, '');
  }

  /** An SDK in emsdk's layout. @param {string} version */
  function emsdk(version) {
    const home = join(place, 'an emsdk');
    script(join(home, 'upstream/emscripten/emcc'), says(version));
    script(join(home, 'upstream/bin/clang'), 'exit 0');
    script(join(home, 'node/22.16.0_64bit/bin/node'), 'echo the node of the SDK');
    return home;
  }

  describe('versions', () => {
    const cases = /** @type {const} */ ([
      ['4.0.0', '4.0.0', true],
      ['4.0.10', '4.0.9', true],
      ['4.0.9', '4.0.10', false],
      ['10.0.0', '9.9.9', true],
      ['3.1.74', '4.0.0', false],
      ['6.0.9-git', '6.0.9', true],
      ['6.0.08', '6.0.8', true],
      ['5', '4.0.0', true],
      ['', '4.0.0', false],
    ]);
    for (const [found, wanted, enough] of cases) {
      it(`${found || 'nothing'} is ${enough ? '' : 'not '}at least ${wanted}`, () => {
        const line = `. '${toolchain}common.bash'; version_at_least '${found}' '${wanted}'`;
        assert.equal(call('bash', ['-c', line]).status, enough ? 0 : 1);
      });
    }

    it('are read from the file beside the real emcc, without running it', () => {
      script(join(place, 'emscripten/emcc'), `touch '${place}/was-run'`);
      writeFileSync(join(place, 'emscripten/emscripten-version.txt'), '"4.0.23-git"\n');
      const line = `ln -s ../emscripten/emcc bin/emcc; . '${toolchain}common.bash'; emcc_version bin/emcc; [[ ! -e was-run ]]`;
      const result = call('bash', ['-c', line]);
      assert.equal(result.stdout, '4.0.23');
      assert.equal(result.status, 0);
    });
  });

  describe('an emcc on PATH', () => {
    it('is used when it is new enough', () => {
      script(join(place, 'bin/emcc'), says('4.0.15'));
      const result = call(install);
      assert.equal(result.status, 0, result.stderr);
      assert.match(result.stderr, /using emcc 4\.0\.15 \(.*\/bin\/emcc; supported from 4\.0\.15\)/);
      assert.match(call(run, ['emcc', '--version']).stdout, /a stand-in\) 4\.0\.15/);
    });

    it('is asked for its version once, and again when it has changed', () => {
      const count = `echo called >>'${place}/calls'; `;
      script(join(place, 'bin/emcc'), count + says('4.0.15'));
      for (let i = 0; i < 3; ++i) assert.equal(call(run, ['true']).status, 0);
      assert.equal(readFileSync(join(place, 'calls'), 'utf8'), 'called\n');
      script(join(place, 'bin/emcc'), `${count}exit 1 # broken since`);
      assert.match(call(install).stderr, /emcc does not run/);
    });

    for (const [what, body, reason] of [
      ['too old', says('3.1.6'), /emcc is too old \(supported from 4\.0\.15, found 3\.1\.6\)/],
      ['broken', 'exit 3', /emcc does not run/],
    ]) {
      it(`is passed over with a notice when it is ${what}, for an SDK of gharial's own`, () => {
        script(join(place, 'bin/emcc'), /** @type {string} */ (body));
        const result = call(install);
        assert.match(result.stderr.split('\n')[0], /** @type {RegExp} */ (reason));
        assert.match(
          result.stderr,
          process.getuid?.() === 0 ? /installing an Emscripten SDK into/ : /needs root/,
        );
        assert.notEqual(result.status, 0); // the apt-get here installs nothing
      });
    }
  });

  describe('GHARIAL_SUITE', () => {
    it('names another tree and another cache, whatever the machine has', () => {
      script(join(place, 'bin/emcc'), says('6.0.5'));
      env.GHARIAL_SUITE = 'trixie';
      const line = `. '${toolchain}common.bash'; choose_sdk; echo $sdk_kind; echo "$gharial_sdk"; echo "$gharial_em_cache"`;
      const cache = join(place, 'cache/gharial');
      assert.equal(
        call('bash', ['-c', line]).stdout,
        `own\n${cache}/sdk-trixie\n${cache}/em-cache-trixie\n`,
      );
    });

    it('is one word', () => {
      env.GHARIAL_SUITE = '../sid';
      assertOneLineError(call(run, ['true']), /GHARIAL_SUITE=\.\.\/sid names no Debian suite/);
    });
  });

  it('builders names the build systems that are missing beside an SDK of the machine', () => {
    for (const tool of ['emcc', 'autoreconf', 'automake', 'cmake', 'make', 'ninja'])
      script(join(place, 'bin', tool), says('6.0.5'));
    for (const tool of ['bash', 'readlink', 'stat', 'mkdir'])
      script(join(place, 'bin', tool), `exec /bin/${tool} "$@"`);
    env.PATH = join(place, 'bin');
    const builders = join(toolchain, 'builders');
    assertOneLineError(
      call('/bin/bash', [builders]),
      /build systems need meson: install them, in Debian with `sudo apt-get install autoconf /,
    );
    script(join(place, 'bin/meson'), 'exit 0');
    assert.equal(call('/bin/bash', [builders]).status, 0);
  });

  describe('an SDK named by EMSDK', () => {
    it('is used, with its own node', () => {
      env.EMSDK = emsdk('5.0.1');
      const result = call(run, ['bash', '-c', 'emcc --version; node']);
      assert.equal(result.status, 0, result.stderr);
      assert.equal(result.stdout, 'emcc (a stand-in) 5.0.1 (abc)\nthe node of the SDK\n');
      assert.equal(result.stderr, '');
    });

    it('has to have a clang that runs', () => {
      env.EMSDK = emsdk('5.0.1');
      script(join(env.EMSDK, 'upstream/bin/clang'), 'exit 1');
      assertOneLineError(call(install), /is broken, .*\/clang does not run: .*unset EMSDK/);
    });

    it('goes before an emcc on PATH', () => {
      script(join(place, 'bin/emcc'), says('6.0.5'));
      env.EMSDK = emsdk('5.0.1');
      assert.match(call(run, ['emcc', '--version']).stdout, /5\.0\.1/);
    });

    /** @type {[string, () => string, RegExp][]} */
    const broken = [
      ['does not exist', () => join(place, 'nowhere'), /does not exist: .*unset EMSDK/],
      [
        'is empty',
        () => mkdirSync(join(place, 'empty')) ?? join(place, 'empty'),
        /has no upstream\/emscripten\/emcc: .*unset EMSDK/,
      ],
      [
        'is too old',
        () => emsdk('3.1.74'),
        /is too old: supported from 4\.0\.15, found 3\.1\.74: .*unset EMSDK/,
      ],
      [
        'has lost its clang',
        () => {
          rmSync(join(emsdk('5.0.1'), 'upstream/bin/clang'));
          return join(place, 'an emsdk');
        },
        /has no upstream\/bin\/clang: .*unset EMSDK/,
      ],
      [
        'does not run',
        () => {
          script(join(emsdk('5.0.1'), 'upstream/emscripten/emcc'), 'echo Traceback >&2; exit 1');
          return join(place, 'an emsdk');
        },
        /is broken, .*unset EMSDK/,
      ],
    ];
    for (const [what, make, message] of broken) {
      it(`and that ${what} is an error of one line, for install and for run`, () => {
        env.EMSDK = make();
        assertOneLineError(call(install), message);
        assertOneLineError(call(run, ['emcc', '--version']), message);
        assert.throws(() => readFileSync(join(place, 'installed')), { code: 'ENOENT' });
      });
    }
  });

  describe('install', () => {
    it('refuses arguments it does not know', () => {
      assertOneLineError(call(install, ['--frobnicate']), /takes no arguments/);
    });

    it('says in one line what failed and where the log is', () => {
      if (process.getuid?.() !== 0) return assertOneLineError(call(install), /needs root.*sudo/);
      const result = call(install);
      assert.equal(result.status, 1);
      const last = result.stderr.trimEnd().split('\n').at(-1) ?? '';
      assert.match(last, /APT sources name no Debian mirror|debootstrap|check the network/);
      assert.match(readFileSync(join(place, 'installed'), 'utf8'), /apt-get/);
    });

    it('says how much room is missing', () => {
      if (process.getuid?.() !== 0) return assertOneLineError(call(install), /needs root.*sudo/);
      script(join(place, 'bin/df'), 'echo header; echo "disk 1000 900 102400 90% /"');
      const result = call(install);
      assert.equal(result.status, 1);
      assertOneLineError(result, /needs \d+ MB in .* and 100 MB are free/);
    });
  });

  // The same promises for both kinds of SDK; the installed one is there when the tests of the port can run at all.
  for (const kind of ['a native SDK', "the machine's SDK"]) {
    describe(`run with ${kind}`, () => {
      beforeEach(() => {
        if (kind === 'a native SDK') env.EMSDK = emsdk('5.0.1');
        else {
          env.PATH = process.env.PATH;
          env.EMSDK = process.env.EMSDK;
          env.XDG_CACHE_HOME = process.env.XDG_CACHE_HOME;
          for (const name of ['EMSDK', 'XDG_CACHE_HOME'])
            if (env[name] === undefined) delete env[name];
        }
      });

      it('passes arguments on as they are', () => {
        const args = [
          'two words',
          '',
          '*',
          '$HOME',
          "it's",
          '"',
          '\\',
          'line\nbreak',
          '--help',
          '-c',
        ];
        const result = call(run, ['bash', '-c', 'printf "%s\\0" "$@"', 'bash', ...args]);
        assert.deepEqual(result.stdout.split('\0').slice(0, -1), args);
        assert.equal(result.stderr, '');
      });

      it('passes standard input and both outputs on', () => {
        const input = 'a line\nand no end of line';
        const result = call(run, ['bash', '-c', 'cat; echo told >&2'], { input });
        assert.equal(result.stdout, input);
        assert.equal(result.stderr, 'told\n');
      });

      it('ends as the command ends', async () => {
        for (const status of [0, 1, 42, 255])
          assert.equal(call(run, ['bash', '-c', `exit ${status}`]).status, status);
        assert.equal(call(run, ['no-such-command']).status, 127);
        assert.equal(call(run, ['bash', '-c', 'kill -9 $$']).signal, 'SIGKILL');
      });

      it('lets signals through', async () => {
        const body = 'trap "echo caught; exit 7" TERM; echo ready; while :; do sleep 0.05; done';
        const child = spawn(run, ['bash', '-c', body], {
          env,
          cwd: place,
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        let told = '';
        child.stdout.setEncoding('utf8').on('data', (text) => {
          if (told === '') child.kill('SIGTERM');
          told += text;
        });
        assert.deepEqual(await once(child, 'close'), [7, null]);
        assert.equal(told, 'ready\ncaught\n');
      });

      it('keeps the environment', () => {
        Object.assign(env, {
          EM_CONFIG_OF_MINE: 'kept',
          EMCC_CFLAGS: '-O1 -g',
          LC_ALL: 'C',
          'a b': 'odd name',
        });
        const seen = call(run, ['env', '-0']).stdout.split('\0');
        for (const entry of ['EM_CONFIG_OF_MINE=kept', 'EMCC_CFLAGS=-O1 -g', 'LC_ALL=C'])
          assert.ok(seen.includes(entry), entry);
        assert.ok(seen.some((entry) => /^PATH=/.test(entry) && entry.endsWith(String(env.PATH))));
      });

      it('works in a directory whose name has spaces, and with files there', () => {
        const here = join(place, 'a directory  with spaces');
        mkdirSync(here);
        const result = call(run, ['bash', '-c', 'pwd; echo content >"a file"'], { cwd: here });
        assert.equal(result.stdout, `${here}\n`);
        assert.equal(readFileSync(join(here, 'a file'), 'utf8'), 'content\n');
      });

      it('works from inside itself', () => {
        const result = call(run, [run, 'bash', '-c', 'type -P emcc >/dev/null && echo found']);
        assert.equal(result.stdout, 'found\n', result.stderr);
      });
    });
  }

  it('run needs a command', () => assertOneLineError(call(run), /what is to be run/));
});
