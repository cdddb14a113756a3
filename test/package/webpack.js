// webpack.js DIRECTORY — builds the project there with its own webpack.config.js; webpack-cli is not needed for that.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import webpack from 'webpack';

const context = process.argv[2];
const { default: config } = await import(pathToFileURL(join(context, 'webpack.config.js')).href);
webpack({ context, ...config }, (error, stats) => {
  const told = error?.stack ?? stats?.toString({ all: false, errors: true, warnings: true });
  if (told) process.stderr.write(`${told}\n`);
  process.exitCode = error || stats?.hasErrors() || stats?.hasWarnings() ? 1 : 0;
});
