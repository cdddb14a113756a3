#!/usr/bin/env node
// gharial.js — the program `npx gharial`: hands the words of the command line to main.js and ends with its status.
import process from 'node:process';
import { main } from './main.js';

process.stdout.on('error', (error) => {
  // Whoever reads us, `head` for one, has seen enough.
  if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EPIPE') process.exit(0);
  throw error;
});
process.exitCode = await main(process.argv.slice(2), process);
