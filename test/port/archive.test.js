// The archive's name says all that it was made of, so that no stale archive is ever linked.

import assert from 'node:assert/strict';
import { appendFileSync, existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  allocatorOf,
  copyOfProject,
  failure,
  helloObject,
  link,
  output,
  play,
  port,
  scratch,
} from './support.js';

/** The names of the archives that --use-port=… would link, without building them. @param {string[]} uses */
function namesOf(uses) {
  const script = `
import sys
sys.path.insert(0, sys.argv[1])
from tools import ports
from tools.settings import settings
ports.handle_use_port_arg(settings, sys.argv[2])
print(ports.ports_by_name['gharial'].archive_name())
`;
  const root = output(['em-config', 'EMSCRIPTEN_ROOT']).trim();
  return uses.map((use) => output(['python3', '-c', script, root, use]).trim());
}

describe('port: archive', function () {
  this.timeout(600_000); // many links, on a busy machine

  it('the same bytes elsewhere are the same archive; another byte, file or option is another', () => {
    const copy = copyOfProject();
    const copied = join(copy, 'emscripten-port/gharial.py');
    const [name] = namesOf([port]);
    assert.match(name, /^libgharial-\d+\.\d+\.\d+-[0-9a-f]{16}\.a$/);
    const names = namesOf([
      copied,
      `${port}:checked=1`,
      `${port}:stats=0`,
      `${port}:checked=1:stats=0`,
    ]);
    assert.equal(names[0], name);
    assert.equal(new Set(names).size, 4);
    const hash = /-[0-9a-f]{16}\.a$/.exec(name)?.[0] ?? '?';
    assert.ok(names.every((other) => other.endsWith(hash)));

    const found = new Set([name]);
    for (const [file, change] of [
      ['src/all.cpp', '// one more\n'],
      ['src/include/gharial.h', '\n'],
      ['src/unused.hpp', ''],
      ['emscripten-port/gharial.py', '# one more\n'],
    ]) {
      appendFileSync(join(copy, file), change);
      found.add(namesOf([copied])[0]);
    }
    assert.equal(found.size, 5);
  });

  it('the name is the one that a link uses', () => {
    assert.equal(allocatorOf(link(['-O1', `--use-port=${port}`])), namesOf([port])[0]);
  });

  it('with a frozen cache it goes to a cache of its own; without one, a line says what to do', () => {
    const copy = copyOfProject();
    const copied = join(copy, 'emscripten-port/gharial.py');
    appendFileSync(join(copy, 'src/all.cpp'), '// frozen\n');
    const own = join(scratch, 'cache');
    const variables = { EM_FROZEN_CACHE: '1', XDG_CACHE_HOME: own };
    const flags = ['-O1', `--use-port=${copied}`];
    const program = link(flags, { variables });
    assert.equal(play(program), 'hello\n');
    const directory = join(own, 'gharial/lib/wasm32-emscripten');
    assert.deepEqual(readdirSync(directory), [allocatorOf(program)]);
    assert.equal(allocatorOf(link(flags, { variables })), allocatorOf(program));

    writeFileSync(join(scratch, 'file'), '');
    variables.XDG_CACHE_HOME = join(scratch, 'file');
    const line = failure(['emcc', helloObject(), ...flags, '-o', 'frozen.js'], variables);
    assert.match(
      line,
      /can be written .*: set EM_CACHE or XDG_CACHE_HOME to a directory of yours$/,
    );
  });

  it('a source that does not compile leaves no archive behind', () => {
    const copy = copyOfProject();
    appendFileSync(join(copy, 'src/all.cpp'), '#error stop\n');
    const own = join(scratch, 'broken-cache');
    const variables = { EM_FROZEN_CACHE: '1', XDG_CACHE_HOME: own };
    const use = join(copy, 'emscripten-port/gharial.py');
    assert.throws(() => link(['-O1', `--use-port=${use}`], { variables }), /#error stop|stop/);
    const directory = join(own, 'gharial/lib/wasm32-emscripten');
    assert.ok(existsSync(directory));
    assert.deepEqual(readdirSync(directory), []);
  });
});
