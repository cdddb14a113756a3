// thread_reader.js — a worker that reads the heap of a program whose threads run elsewhere, with nothing but its memory.
import { parentPort, workerData } from 'node:worker_threads';
import { HeapReader } from '../../../js/index.js';
import { readManyTimes } from './threads.js';

const heap = new HeapReader(workerData.memory, { address: workerData.record });
parentPort?.postMessage(readManyTimes(heap, workerData.rounds));
