/** A web ACL or a load balancer that is new takes AWS WAF minutes to know. */
import type { AnswerSheet } from '../../local/claims/answers';
import { makeWebAcl } from '../support/account';
import { Driver } from '../support/driver';

const MINUTE = 60_000;

let driver: Driver;
beforeAll(async () => {
  driver = await Driver.start({ isPunctual: true });
});
afterEach(() => driver.reset());
afterAll(() => driver.close());

/** What the operation said while it was under way. */
let reasons: string[];
const onProgress = (_model: object, _identifier: string, message = '') => void reasons.push(message);
beforeEach(() => (reasons = []));

const refusals = () =>
  driver.aws.calls.list({ operation: 'AssociateWebACL' }).filter(({ errorCode }) => errorCode);

const SHEETS: readonly [string, AnswerSheet][] = [
  ['as unavailable', {}],
  ['as nonexistent', { 'wafv2.new-load-balancer-unavailable': false }],
];

describe.each(SHEETS)('a load balancer that AWS WAF takes %s', (_how, answers) => {
  test.each(['create', 'update'])('is waited for by %s, which says so', async (action) => {
    const model = driver.model();
    const made = action === 'update' ? Driver.modelOf(await driver.create(model)) : undefined;
    const desired = driver.model({ WebAclArn: await makeWebAcl(driver.aws, 'strict') });
    // The web ACL has been there for long: only the load balancer is new.
    await driver.aws.clock.sleep(10 * MINUTE);
    driver.aws.answers.give(answers);
    const outcome = await (made
      ? driver.update(made, desired, { onProgress })
      : driver.create(desired, { onProgress }));
    expect(Driver.modelOf(outcome)).toMatchObject({ WebAclArn: desired.WebAclArn });
    expect(reasons).toContainEqual(
      expect.stringMatching(/AWS WAF to associate the web ACL with load balancer/),
    );
    expect(refusals()).not.toEqual([]);
  });
});

test('a web ACL that never becomes available fails the creation after half an hour, and says what to do', async () => {
  const desired = driver.model({ WebAclArn: await makeWebAcl(driver.aws, 'strict') });
  const begin = driver.aws.clock.now();
  driver.aws.faults.add({
    kind: 'refuse',
    service: 'wafv2',
    operation: 'AssociateWebACL',
    times: Number.MAX_SAFE_INTEGER,
    error: { code: 'WAFUnavailableEntityException', message: 'Retry your request.' },
  });
  const outcome = await driver.create(desired);
  expect(outcome).toMatchObject({
    status: 'FAILED',
    errorCode: 'NotStabilized',
    message: expect.stringMatching(/^WebAclArn: after 30 minutes .* unavailable\. .*associate-web-acl/),
  });
  expect(driver.aws.clock.now() - begin).toBeLessThan(35 * MINUTE);
  driver.aws.faults.clear();
  expect(await driver.delete((outcome as { identifier: string }).identifier)).toMatchObject({
    status: 'SUCCESS',
  });
});

test('a web ACL of the same minute is waited for', async () => {
  const desired = driver.model({ WebAclArn: await makeWebAcl(driver.aws, 'strict') });
  driver.aws.answers.give({ 'elasticloadbalancing.provisioning-takes-minutes': false });
  Driver.modelOf(await driver.create(desired, { onProgress }));
  expect(refusals().map(({ errorCode }) => errorCode)).toContain('WAFUnavailableEntityException');
});
