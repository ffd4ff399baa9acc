import { inputText, refusal } from '../inputs';
import type { Row } from '../row';

const INPUT = 'health-check-characters.yml';
const GIVEN = '/?query={__typename}';

/** Paths, the character that is told, and how it is to be written. */
const PATHS = [
  [GIVEN, '{', '%7B'],
  ['/health check', ' ', '%20'],
  ['/gesundheit/grün', 'ü', '%C3%BC'],
] as const;

export const rows: readonly Row[] = [
  {
    inputs: [INPUT],
    right: 'a path with another character than Elastic Load Balancing takes is refused at HealthCheckPath',
    async shows(account) {
      for (const [index, [path, character, encoded]] of PATHS.entries()) {
        const template = inputText(INPUT).replace(GIVEN, path);
        const { status, reasons } = await account.create(`characters-${index}`, { template });
        expect(status).toBe('ROLLBACK_COMPLETE');
        expect(reasons.S).toEqual(
          refusal(
            'InvalidRequest',
            `HealthCheckPath: contains "${character}", but Elastic Load Balancing takes only letters from a to z, digits and @:%_+.~#?&/=- in it. Write other characters percent-encoded, this one as ${encoded}.`,
          ),
        );
      }
    },
  },
];
