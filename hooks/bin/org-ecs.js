#!/usr/bin/env node
// Starts a command from its bundle: build/CommandLine/index.js, or build/Plan/index.js for `plan`, which knows the resource
// type and not the rules. In a clone whose sources are newer than the bundle it is made first, so that the command never
// runs old rules.
'use strict';
const { existsSync, readdirSync, statSync } = require('node:fs');
const { enableCompileCache } = require('node:module');
const { join } = require('node:path');
const { setFlagsFromString } = require('node:v8');

/**
 * How each version of Node.js is told to wait longer before it optimises a function. By default it spends more processor
 * time on optimised code for a template of 500 resources than on the template; with 50,000 resources it makes no difference.
 */
const LATE_OPTIMISATION = {
  20: '--interrupt-budget=1000000',
  22: '--invocation-count-for-turbofan=20000',
  24: '--invocation-count-for-turbofan=20000',
};

const root = join(__dirname, '../..');
const RULES = {
  entry: 'hooks/bin/main.ts',
  sources: ['hooks', 'src/cloudformation'],
  bundle: 'build/CommandLine/index.js',
};
const PLAN = {
  entry: 'plan/bin.ts',
  sources: ['plan', 'src', 'schema', 'hooks'],
  bundle: 'build/Plan/index.js',
};
const command = process.argv[2] === 'plan' ? PLAN : RULES;
const sources = command.sources.map((folder) => join(root, folder));
const bundle = join(root, command.bundle);

/** Time of the latest change below a folder, in milliseconds. */
function latestChange(folder) {
  return readdirSync(folder, { withFileTypes: true }).reduce((latest, entry) => {
    const path = join(folder, entry.name);
    return Math.max(latest, entry.isDirectory() ? latestChange(path) : statSync(path).mtimeMs);
  }, 0);
}

if (!existsSync(bundle) || statSync(bundle).mtimeMs < Math.max(...sources.map(latestChange))) {
  require('esbuild').buildSync({
    entryPoints: [join(root, command.entry)],
    outfile: bundle,
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node20',
    logLevel: 'error',
  });
}
const flag = LATE_OPTIMISATION[process.versions.node.split('.')[0]];
if (flag !== undefined) setFlagsFromString(flag);
// Node.js 22 keeps compiled code beside the bundle, where it may write there.
enableCompileCache?.(join(bundle, '../compiled'));
require(bundle);
