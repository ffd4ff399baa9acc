const { default: Sequencer } = require('@jest/test-sequencer');
const { sep } = require('node:path');
const LONG = require('./long-suites.js');

const PATTERNS = LONG.map((part) => new RegExp(`/test/${part}`));

/** Place on the list of long suites, or behind all of them. */
function placeOf({ path }) {
  const file = path.split(sep).join('/');
  const place = PATTERNS.findIndex((pattern) => pattern.test(file));
  return place < 0 ? PATTERNS.length : place;
}

/** Long suites first, as their list says. Jest knows how long a suite takes only where it has run before. */
module.exports = class LongFirst extends Sequencer {
  async sort(tests) {
    return [...(await super.sort(tests))].sort((one, other) => placeOf(one) - placeOf(other));
  }
};
