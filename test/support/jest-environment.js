/**
 * The environment in which a suite runs: the realm of the process itself. Jest's own one gives each suite a realm with a
 * proxy as global object: every look at `Object` or `Promise` goes through it, and V8 begins anew with code that it has
 * compiled and optimized for the suite before (see jest-runtime.js).
 *
 * What a suite leaves in this realm is taken away after it; modules are each suite's own anyway.
 */
const { ModuleMocker } = require('jest-mock');

/** What a suite finds, and finds again after another suite. */
function state() {
  return {
    globals: Object.getOwnPropertyDescriptors(globalThis),
    variables: { ...process.env },
    listeners: new Map(process.eventNames().map((name) => [name, process.rawListeners(name)])),
    exit: process.exit,
    exitCode: process.exitCode,
    folder: process.cwd(),
  };
}

/** Bring a {@link state} back. What cannot be deleted is Jest's own, which sets it for each suite. */
function restore({ globals, variables, listeners, exit, exitCode, folder }) {
  for (const name of Reflect.ownKeys(globalThis)) {
    if (!(name in globals)) Reflect.deleteProperty(globalThis, name);
    else if (globals[name].configurable) Object.defineProperty(globalThis, name, globals[name]);
  }
  for (const name of Object.keys(process.env)) if (!(name in variables)) delete process.env[name];
  Object.assign(process.env, variables);
  for (const name of process.eventNames()) {
    for (const listener of process.rawListeners(name)) {
      if (!listeners.get(name)?.includes(listener)) process.removeListener(name, listener);
    }
  }
  process.exit = exit;
  process.exitCode = exitCode;
  process.chdir(folder);
}

module.exports = class ProcessEnvironment {
  global = globalThis;
  moduleMocker = new ModuleMocker(globalThis);
  /** Nobody asks for them. */
  fakeTimers = null;
  fakeTimersModern = null;
  before = state();

  async setup() {}

  async teardown() {
    restore(this.before);
  }

  exportConditions() {
    return ['node', 'node-addons'];
  }

  /** Asked for whether it is there; jest-runtime.js needs none. */
  getVmContext() {
    return this.global;
  }
};
