// Every order of steps of the protocols between threads: the right ones have no violation, and each broken one has.
import assert from 'node:assert/strict';
import { explore } from './explore.js';
import { deferredRuns, lockAndWait } from './lock.js';
import { remoteFree } from './remote.js';

/** @param {import('./explore.js').Protocol} protocol */
function assertHolds(protocol) {
  const { violation, steps, states } = explore(protocol);
  assert.equal(violation, '', `after ${steps.join(', ')}`);
  assert.ok(states > 100, `${states} states: the model does nothing`);
}
/** @param {(defect: any) => import('./explore.js').Protocol} protocol @param {Record<string, RegExp>} defects */
function eachDefectIsFound(protocol, defects) {
  for (const [defect, expected] of Object.entries(defects))
    it(`found: ${defect}`, () => {
      assert.match(explore(protocol(defect)).violation, expected);
    });
}

describe('protocol: blocks freed by other threads', function () {
  this.timeout(300_000);

  it('two freers, the same word, blocks that come back', () => {
    assertHolds(
      remoteFree(
        [[0], [1]],
        [
          [0, 0],
          [0, 1],
          [1, 1],
          [1, 0],
        ],
      ),
    );
  });
  it('two freers, two words, blocks that come back', () => {
    assertHolds(
      remoteFree(
        [
          [0, 8],
          [9, 1],
        ],
        [
          [0, 1],
          [8, 0],
          [9, 0],
        ],
      ),
    );
  });
  it('three freers, the same word', () => {
    assertHolds(
      remoteFree(
        [[0], [1], [2]],
        [
          [0, 1],
          [1, 2],
          [2, 0],
        ],
      ),
    );
  });
  it('three freers, three words', () => {
    assertHolds(remoteFree([[0, 8], [9, 16], [17]], [[0, 2]]));
  });

  eachDefectIsFound(
    (defect) =>
      remoteFree(
        [
          [0, 8],
          [9, 1],
        ],
        [
          [0, 1],
          [8, 0],
          [9, 0],
        ],
        defect,
      ),
    {
      'flag apart': /touched of a run that is gone/,
      'bits before next': /never came home|came home twice|no bit|gone/,
      'every freer pushes': /no bit|gone|never/,
      'push before bit': /no bit|never came home|gone/,
      'next written once': /never came home|gone/,
      'plain or': /twice|never came home|gone|no bit/,
      'plain take': /never came home/,
      'plain pending': /never came home/,
      'look at the run': /touched of a run that is gone/,
    },
  );
});

describe('protocol: the lock', function () {
  this.timeout(300_000);

  it('two threads, three times each', () => {
    assertHolds(lockAndWait([3, 3]));
  });
  it('three threads, twice each', () => {
    assertHolds(lockAndWait([2, 2, 2]));
  });
  it('four threads', () => {
    assertHolds(lockAndWait([1, 1, 1, 1]));
  });

  eachDefectIsFound((defect) => lockAndWait([2, 2, 1], defect), {
    'count read first': /nobody wakes it/,
    'wait without a look': /nobody wakes it/,
    'counted when it sleeps': /nobody wakes it/,
    'plain take': /two threads are inside/,
    'wakes nobody': /nobody wakes it/,
  });
});

describe('protocol: runs freed while another thread holds the lock', function () {
  this.timeout(300_000);

  it('two threads, three runs each', () => {
    assertHolds(
      deferredRuns([
        [1, 2, 3],
        [4, 5, 6],
      ]),
    );
  });
  it('three threads', () => {
    assertHolds(
      deferredRuns([
        [1, 2],
        [3, 4],
        [5, 6],
      ]),
    );
  });

  eachDefectIsFound(
    (defect) =>
      deferredRuns(
        [
          [1, 2],
          [3, 4],
          [5, 6],
        ],
        defect,
      ),
    {
      'takes before it is done': /never became free/,
      'next read after release': /never became free/,
      'plain take': /never became free|twice/,
      'next written once': /never became free|twice/,
      'plain push': /never became free|twice/,
    },
  );
});
