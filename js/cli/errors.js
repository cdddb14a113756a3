// errors.js — what a command throws to end with one line instead of a stack: what was wrong and what to do.

/** The command line is wrong: exit status 2. */
export class UsageError extends Error {}

/** The command could not do it: exit status 1. */
export class Failure extends Error {}
