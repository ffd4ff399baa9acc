/**
 * How modules are loaded: as Jest does, but compiled once in a process rather than once in each suite. A suite still
 * evaluates its modules itself and so has their state for itself; what it finds is code that V8 knows, and has optimized.
 */
const { Script } = require('node:vm');
const { default: Runtime } = require('jest-runtime');

/** Functions that evaluate a module, with the source that they are of, by path. */
const compiled = new Map();

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
};
