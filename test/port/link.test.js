// A program linked with the port runs on gharial and on no other allocator, in the ways a program can be linked.

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import {
  allocatorOf,
  assertGharial,
  hasRecord,
  hello,
  link,
  output,
  partsOf,
  play,
  port,
  root,
  run,
  scratch,
} from './support.js';

describe('port: link', function () {
  this.timeout(600_000); // a first link may build libraries of the SDK

  it('tells allocators apart: without the port there is dlmalloc and no record', () => {
    const program = link(['-O1']);
    assert.match(allocatorOf(program), /^libdlmalloc/);
    assert.ok(!hasRecord(program.module));
    assert.equal(play(program), 'hello\n');
  });

  it('-sMALLOC=gharial with --use-port: gharial, its record, and no dlmalloc', () => {
    const program = link(['-O2', '-sMALLOC=gharial', `--use-port=${port}`]);
    assertGharial(program);
    assert.ok(hasRecord(program.module));
    assert.equal(play(program), 'hello\n');
  });

  it('--use-port alone, twice, with a relative and a linked path', () => {
    const alias = join(scratch, 'gharial.py');
    symlinkSync(port, alias);
    const program = link([
      '-O1',
      `--use-port=${port}`,
      `--use-port=${relative(scratch, port)}`,
      `--use-port=${alias}`,
    ]);
    assertGharial(program);
    assert.equal(play(program), 'hello\n');
  });

  it('compiled first, linked later; the header is found', () => {
    const source = join(scratch, 'first.c');
    const object = join(scratch, 'first.o');
    writeFileSync(
      source,
      '#include <gharial.h>\n#include <stdlib.h>\nint main(void) { void *volatile p = malloc(9); free(p); return gharial_validate(); }\n',
    );
    output(['emcc', '-c', source, '-O1', `--use-port=${port}`, '-o', object]);
    const program = link(['-O1', '-sMALLOC=gharial', `--use-port=${port}`], { inputs: [object] });
    assertGharial(program);
    assert.match(program.archives.get('gharial_validate') ?? '', /^libgharial-/);
    play(program);
  });

  it('-O0 and -g: the same archive as in every other program', () => {
    const plain = link(['-O0', '-g', '-sASSERTIONS=0', `--use-port=${port}`]);
    const small = link(['-Oz', `--use-port=${port}`]);
    assertGharial(plain);
    assertGharial(small);
    assert.equal(allocatorOf(plain), allocatorOf(small));
    assert.equal(play(plain), 'hello\n');
    assert.equal(play(small), 'hello\n');
  });

  it('C++ with new, delete and a container', () => {
    const source = join(scratch, 'set.cpp');
    writeFileSync(
      source,
      '#include <cstdio>\n#include <set>\nint main() { std::set<int> s{3, 1, 2}; for (int i : s) printf("%d\\n", i); }\n',
    );
    const program = link(['-O1', `--use-port=${port}`], { inputs: [source], emcc: ['em++'] });
    assertGharial(program);
    assert.equal(play(program), '1\n2\n3\n');
  });

  it('-sABORTING_MALLOC=0: malloc says no, the program goes on', () => {
    const source = join(scratch, 'full.c');
    writeFileSync(
      source,
      '#include <stdio.h>\n#include <stdlib.h>\nint main(void) { void *volatile p = malloc(1u << 30); puts(p ? "block" : "none"); }\n',
    );
    const flags = ['-O1', `--use-port=${port}`];
    assert.equal(play(link([...flags, '-sABORTING_MALLOC=0'], { inputs: [source] })), 'none\n');
    const aborting = link([...flags, '-sABORTING_MALLOC=1'], { inputs: [source] });
    const { status, stderr } = run(['node', aborting.script]);
    assert.notEqual(status, 0);
    assert.match(stderr, /OOM|memory/);
  });

  it('MODULARIZE and EXPORT_ES6: gharialHeap() shows memory, record and limit', () => {
    const program = link(
      [
        '-O2',
        '-sMODULARIZE',
        '-sEXPORT_ES6',
        '-sALLOW_MEMORY_GROWTH',
        '-sMAXIMUM_MEMORY=1GB',
        `--use-port=${port}`,
      ],
      { suffix: 'mjs' },
    );
    assertGharial(program);
    const shown = output([
      'node',
      '--input-type=module',
      '-e',
      `import create from ${JSON.stringify(program.script)};
       const { memory, record, limit } = (await create()).gharialHeap();
       const magic = Buffer.from(memory.buffer, record, 14).toString();
       console.log(memory instanceof WebAssembly.Memory, magic, limit);`,
    ]);
    assert.equal(shown, 'hello\ntrue gharial record 1073741824\n');
  });

  it('stats=0: no way to the heap in the JavaScript', () => {
    const program = link(['-O2', `--use-port=${port}:stats=0`]);
    assertGharial(program);
    assert.match(allocatorOf(program), /^libgharial-nostats-/);
    assert.ok(!readFileSync(program.script, 'utf8').includes('gharialHeap'));
    assert.equal(play(program), 'hello\n');
  });

  it('checked=1: a block freed twice is reported in a sentence', () => {
    const source = join(scratch, 'twice.c');
    writeFileSync(
      source,
      '#include <stdlib.h>\nint main(void) { void *volatile p = malloc(48); free(p); free(p); }\n',
    );
    const program = link(['-O1', `--use-port=${port}:checked=1`], { inputs: [source] });
    assert.match(allocatorOf(program), /^libgharial-checked-/);
    const { status, stderr } = run(['node', program.script]);
    assert.notEqual(status, 0);
    assert.match(stderr, /gharial: free\(0x[0-9a-f]+\): this 48-byte block is already free\. /);
  });

  it('options stay what they were when the port is named again without them', () => {
    const program = link(['-O1', `--use-port=${port}:checked=1`, `--use-port=${port}`]);
    assert.match(allocatorOf(program), /^libgharial-checked-/);
    assert.equal(play(program), 'hello\n');
  });

  it('side modules, -r and -shared stay as they are', () => {
    for (const [flags, name] of [
      [['-sSIDE_MODULE=1'], 'side.wasm'],
      [['-r'], 'part.o'],
      [['-shared'], 'part.so'],
    ]) {
      // Of the same name: the linker writes it into the file.
      const [plain, ported] = ['plain', 'ported'].map((kind) => {
        mkdirSync(join(scratch, kind), { recursive: true });
        return join(scratch, kind, name);
      });
      output(['emcc', hello, '-O1', '-fPIC', ...flags, '-o', plain]);
      output([
        'emcc',
        hello,
        '-O1',
        '-fPIC',
        ...flags,
        '-sMALLOC=gharial',
        `--use-port=${port}`,
        '-o',
        ported,
      ]);
      assert.ok(readFileSync(plain).equals(readFileSync(ported)), name);
    }
  });

  it('the archive holds two objects and no path of this machine', () => {
    const program = link(['-O1', `--use-port=${port}`]);
    const [name] = partsOf(program).filter((part) => /^libgharial/.test(part));
    const [archive] = output([
      'sh',
      '-c',
      'find "$(em-config CACHE)/sysroot/lib" -name "$1"',
      'sh',
      name,
    ])
      .trim()
      .split('\n');
    const members = output(['emar', 't', archive]).trim().split('\n');
    assert.deepEqual(members.sort(), ['gharial.o', 'sbrk.o']);
    const content = readFileSync(archive);
    assert.ok(!content.includes(root), 'the path of the project');
    assert.ok(!content.includes(output(['em-config', 'CACHE']).trim()), 'the path of the cache');
    const plain = output(['emar', 'p', archive, 'gharial.o']).slice(1, 4);
    assert.equal(plain, 'asm', 'WebAssembly, not bitcode');
  });
});
