import { refusal } from '../inputs';
import type { Row } from '../row';

const INPUT = 'failing-image.yml';
const IMAGE = 'public.ecr.aws/docker/library/httpd:exits';
const HOUR = 3_600_000;

export const rows: readonly Row[] = [
  {
    inputs: [INPUT],
    right:
      'tasks that exit without a circuit breaker fail the stack long before the limit, with their reason',
    async shows(account) {
      const { clock } = account.aws;
      account.isPunctual = true;
      const start = clock.now();
      const { status, reasons } = await account.create('failing', {
        template: INPUT,
        parameters: { Image: IMAGE, CB: 'false' },
      });
      expect(status).toBe('ROLLBACK_COMPLETE');
      expect(clock.now() - start).toBeLessThan(3 * HOUR);
      expect(reasons.S).toEqual(
        refusal(
          'NotStabilized',
          `The deployment of ${IMAGE} failed, and there is no earlier one to go back to: 4 tasks: container Main exited with code 1, its output ends with "Starting ${IMAGE}" "Exiting with code 1, as the tag of the image asks for"; it was not over after 126 minutes, bake times included, and was stopped. Read the container's output in its log group, which LogGroupDeletionPolicy Retain keeps when a failed creation is rolled back.`,
        ),
      );
    },
  },
];
