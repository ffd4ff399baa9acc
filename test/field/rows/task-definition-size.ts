import { inputText, refusal } from '../inputs';
import type { Row } from '../row';

/** Variables that make up more than Amazon ECS takes. */
const VARIABLES = Array.from({ length: 170 }, (_, index) => ({
  Name: `VARIABLE_${String(index).padStart(3, '0')}`,
  Value: 'x'.repeat(400),
}));

export const rows: readonly Row[] = [
  {
    inputs: ['image-with-scheme.yml'],
    right: 'a task definition over 64 KiB is refused at its largest part, with size and limit',
    async shows(account) {
      const container = JSON.stringify({
        Image: 'public.ecr.aws/docker/library/httpd:2.4',
        Environment: VARIABLES,
      });
      const template = inputText('image-with-scheme.yml').replace(/\{Image: .*\}/, container);
      const { status, reasons } = await account.create('size', { template });
      expect(status).toBe('ROLLBACK_COMPLETE');
      const [, size, least] = /task definition of (\d+) bytes.* at least (\d+) bytes/.exec(reasons.S!) ?? [];
      expect(Number(size) - 65_536).toBe(Number(least));
      const environment = JSON.stringify(VARIABLES).length;
      expect(reasons.S).toEqual(
        refusal(
          'InvalidRequest',
          `PrimaryContainer/Environment: makes up ${environment} bytes of a task definition of ${size} bytes, but Amazon ECS takes 65536 at most. Make it at least ${least} bytes smaller: long values may be in files of the image, in Amazon S3, or in parameters and secrets that Secrets names.`,
        ),
      );
    },
  },
];
