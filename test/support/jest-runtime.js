/**
 * How modules are loaded: as Jest does, but compiled once in a process rather than once in each suite. A suite still
 * evaluates its modules itself and so has their state for itself; what it finds is code that V8 knows, and has optimized.
 */
const { Script } = require('node:vm');
const { default: Runtime } = require('jest-runtime');

/** Functions that evaluate a module, with the source that they are of, by path. */
const compiled = new Map();

/**
 * What Jest keeps the running test or hook in, so that an error nobody handles fails that one. Jest takes Node's own
 * AsyncLocalStorage, with which each promise of Node 20 costs twice its time. No tests run side by side here, so that
 * the one that began last and has not ended is the one.
 */
class RunningTest {
  store = undefined;

  getStore() {
    return this.store;
  }

  async run(store, run) {
    const before = this.store;
    this.store = store;
    try {
      return await run();
    } finally {
      this.store = before;
    }
  }
}

module.exports = class CompilingOnce extends Runtime {
  constructor(...options) {
    super(...options);
    const parameters = this.executor.injectedModuleParameters.join(', ');
    this.executor.compile = (source, filename) => {
      if (compiled.get(filename)?.source !== source) {
        const script = new Script(`(function (${parameters}) {${source}\n})`, { filename });
        compiled.set(filename, { source, evaluate: script.runInThisContext() });
      }
      return compiled.get(filename).evaluate;
    };
  }

  /** Jest's own modules ask here. */
  requireInternalModule(from, name) {
    if (name === 'node:async_hooks') return { AsyncLocalStorage: RunningTest };
    return super.requireInternalModule(from, name);
  }
};
