import { inputText, refusal } from '../inputs';
import type { Row } from '../row';

const INPUT = 'image-with-scheme.yml';
const GIVEN = 'https://public.ecr.aws/docker/library/httpd:2.4';
const FORM = 'registry/repository:tag or registry/repository@sha256:digest';

/** Images, and what is said of them. */
const IMAGES = [
  [
    GIVEN,
    `begins with https://, as addresses of web pages do. Leave that out: an image is named as ${FORM}.`,
  ],
  [
    'public.ecr.aws/docker/library/httpd: 2.4',
    `contains a blank. Name the image as ${FORM}, without blanks.`,
  ],
  [
    'public.ecr.aws/docker/library/httpd@sha256:abc',
    'has the digest "sha256:abc", which is none. Give sha256: and the 64 hexadecimal digits, in lower case, that the registry shows.',
  ],
  [
    'public.ecr.aws/docker/Library/httpd:2.4',
    'names the repository "docker/Library/httpd", with capital letters. Write it in lower case: names of repositories have no capital letters.',
  ],
] as const;

export const rows: readonly Row[] = [
  {
    inputs: [INPUT],
    right: 'what cannot be the name of an image is refused at PrimaryContainer/Image, with the form of one',
    async shows(account) {
      for (const [index, [image, said]] of IMAGES.entries()) {
        const template = inputText(INPUT).replace(GIVEN, image);
        const { status, reasons } = await account.create(`image-${index}`, { template });
        expect(status).toBe('ROLLBACK_COMPLETE');
        expect(reasons.S).toEqual(refusal('InvalidRequest', `PrimaryContainer/Image: ${said}`));
      }
    },
  },
];
