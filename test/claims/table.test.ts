/** The tables of claims, and the answers that a local AWS can be given. */
import { startLocalAws, type LocalAws } from '../../local';
import { Answers } from '../../local/claims/answers';
import { faultsOf } from '../../local/claims/checks';
import { OPEN_CLAIMS, TABLES, type Claim, type OpenClaimId } from '../../local/claims';

const id: OpenClaimId = 'ecs.list-service-deployments-newest-first';

describe('the tables', () => {
  const claim: Claim = {
    id: 'ecs.sample',
    statement: 'ECS does something.',
    source: 'A document.',
    state: 'confirmed',
    test: 'test/claims/table.test.ts',
  };

  test('are as they must be', () => {
    expect(
      faultsOf(Object.fromEntries(Object.entries(TABLES).map(([service, { claims }]) => [service, claims]))),
    ).toEqual([]);
  });

  test.each<[string, Claim[], string]>([
    ['no source', [{ ...claim, source: ' ' }], 'ecs.sample has no source.'],
    ['no statement', [{ ...claim, statement: '' }], 'ecs.sample has no statement.'],
    ['an id of another service', [{ ...claim, id: 'ec2.sample' }], 'ec2.sample must begin with "ecs.".'],
    ['an id that is there already', [claim, claim], 'ecs.sample is there twice.'],
    [
      'a test that is not there',
      [{ ...claim, test: 'test/none.test.ts' }],
      'ecs.sample names the test test/none.test.ts, which does not exist.',
    ],
    [
      'a switch that nothing asks about',
      [{ ...claim, state: 'inferred', otherwise: 'It does not.', risk: 'None.' }],
      "ecs.sample is not confirmed, and nothing in local/ asks answers.holds('ecs.sample').",
    ],
  ])('must not have %s', (_what, claims, fault) => {
    expect(faultsOf({ ecs: claims })).toEqual([fault]);
  });
});

describe('answers', () => {
  test('hold unless told otherwise, and again after a reset', () => {
    const answers = new Answers();
    expect(Object.values(answers.sheet())).toEqual(OPEN_CLAIMS.map(() => true));
    answers.give({ [id]: false });
    expect(answers.holds(id)).toBe(false);
    answers.reset();
    expect(answers.holds(id)).toBe(true);
    expect(new Answers({ [id]: false }).holds(id)).toBe(false);
  });

  test.each([
    ['a claim that is confirmed', { 'ecs.circuit-breaker-threshold-bounds': false }, /can be answered/],
    ['what is no claim', { 'ecs.nothing': false }, /ecs\.nothing is no claim/],
    ['what is neither true nor false', { [id]: 'no' }, /must be true or false/],
  ])('are refused for %s', (_what, sheet, message) => {
    const answers = new Answers();
    expect(() => answers.give({ [id]: false, ...(sheet as object) })).toThrow(message);
    expect(answers.holds(id)).toBe(true);
  });

  describe('of a local AWS', () => {
    let aws: LocalAws;
    beforeAll(async () => {
      aws = await startLocalAws({ answers: { [id]: false } });
    });
    afterAll(() => aws.close());

    const call = async (method: string, sheet?: object) => {
      const response = await fetch(`${aws.endpoint}/_local/answers`, {
        method,
        ...(sheet && { body: JSON.stringify(sheet) }),
      });
      return (await response.json()) as Record<string, unknown>;
    };

    test('are given at the start, read and changed by other processes, and put back by a reset', async () => {
      expect(await call('GET')).toMatchObject({ [id]: false });
      expect(await call('POST', { [id]: true })).toMatchObject({ [id]: true });
      expect(aws.answers.holds(id)).toBe(true);
      expect(await call('POST', { none: true })).toMatchObject({
        message: expect.stringMatching(/none is no claim/),
      });
      expect(await call('DELETE')).toMatchObject({ [id]: false });
      await call('POST', { [id]: true });
      await aws.reset();
      expect(aws.answers.holds(id)).toBe(false);
    });
  });
});
