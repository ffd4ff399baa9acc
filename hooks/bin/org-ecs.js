#!/usr/bin/env node
// Starts the command line from its bundle, build/CommandLine/index.js. In a clone whose sources are newer than the
// bundle it is made first, so that the command never runs old rules.
'use strict';
const { existsSync, readdirSync, statSync } = require('node:fs');
const { join } = require('node:path');

const root = join(__dirname, '../..');
const sources = join(root, 'hooks');
const bundle = join(root, 'build/CommandLine/index.js');

/** Time of the latest change below a folder, in milliseconds. */
function latestChange(folder) {
  return readdirSync(folder, { withFileTypes: true }).reduce((latest, entry) => {
    const path = join(folder, entry.name);
    return Math.max(latest, entry.isDirectory() ? latestChange(path) : statSync(path).mtimeMs);
  }, 0);
}

if (!existsSync(bundle) || statSync(bundle).mtimeMs < latestChange(sources)) {
  require('esbuild').buildSync({
    entryPoints: [join(sources, 'bin/main.ts')],
    outfile: bundle,
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node20',
    logLevel: 'error',
  });
}
require(bundle);
