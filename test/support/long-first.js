const { default: Sequencer } = require('@jest/test-sequencer');
const { sep } = require('node:path');
const LONG = require('./long-suites.js');

const isLong = new RegExp(`/test/(${LONG.join('|')})`);

/** Long suites first. Jest knows how long a suite takes only where it has run before. */
module.exports = class LongFirst extends Sequencer {
  async sort(tests) {
    const place = ({ path }) => (isLong.test(path.split(sep).join('/')) ? 0 : 1);
    return [...(await super.sort(tests))].sort((one, other) => place(one) - place(other));
  }
};
