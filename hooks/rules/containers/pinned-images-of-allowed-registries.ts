import { forbids, type Outcome, PASS, requires } from '../../engine/outcome';
import { defineRule, type Examples, flag, single, texts } from '../../engine/rule';
import { all, not } from '../../engine/truth';
import {
  CONTAINER_DECLARATIONS,
  eachContainer,
  EXPRESS_SERVICE,
  ORGANISATION_SERVICE,
  TASK_DEFINITION,
} from '../../resources/containers';

export const rule = defineRule({
  id: 'TD-11',
  title: 'Images come from allowed registries and are pinned',
  severity: 'MEDIUM',
  targets: CONTAINER_DECLARATIONS,
  level: 'resource',
  source: 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/security-tasks-containers.html',
  rationale:
    'What `latest` means changes without a deployment, and anybody can publish to a public registry.',
  remedy: 'Name a fixed tag or digest of an image in an allowed registry.',
  parameters: {
    allowedRegistries: texts(
      'Patterns of allowed image names, e.g. `*.dkr.ecr.*.amazonaws.com/*`. Empty: any registry.',
      [],
    ),
    requireDigest: flag('Accept only images that are named by digest.', false),
  },
  check: ({ resource, parameters: { allowedRegistries, requireDigest } }) =>
    eachContainer(resource, (container): Outcome => {
      const image = container.at('Image');
      if (image.isSet().truth === false) return PASS;
      // A tag follows the last slash; a colon before that belongs to the registry's port.
      const name = image.afterLast('/');
      // A tag at the end decides, whatever is unknown before it.
      const tag = /:([^:/@]+)$/.exec(image.knownEnd())?.[1];
      const hasDigest = image.matches('*@sha256:*');
      const hasTag =
        tag !== undefined
          ? image.answer(tag !== 'latest')
          : name.satisfies((text) => /:(?!latest$)[^:]+$/.test(String(text)));
      return [
        ...(allowedRegistries.length > 0
          ? requires(image.matches(...allowedRegistries), 'the image is not from an allowed registry')
          : PASS),
        ...(requireDigest
          ? requires(hasDigest, 'the image is not named by digest')
          : forbids(
              all(not(hasTag), tag === undefined ? not(hasDigest) : image.answer(true)),
              'the image can change without a deployment',
            )),
      ];
    }),
});

const task = (Image: unknown, rest?: object) =>
  single(TASK_DEFINITION, { ContainerDefinitions: [{ Name: 'app', Image }] }, rest);
const digest = `app@sha256:${'0'.repeat(64)}`;

export const examples = (): Examples => ({
  pass: [
    { title: 'a tag', template: task('registry.example:5000/app:1.4.2') },
    { title: 'a digest', template: task(digest), parameters: { requireDigest: true } },
    {
      title: 'a task definition of an Express service, which is judged by itself',
      template: single(EXPRESS_SERVICE, { TaskDefinitionArn: 'arn' }),
    },
    {
      title: "a fixed tag in the account's own registry",
      template: task({ 'Fn::Sub': '${AWS::AccountId}.dkr.ecr.${AWS::Region}.amazonaws.com/app:1.4.2' }),
      parameters: { allowedRegistries: ['*.dkr.ecr.*.amazonaws.com/*'] },
    },
  ],
  fail: [
    {
      title: 'a sidecar of an organisation service',
      template: single(ORGANISATION_SERVICE, {
        PrimaryContainer: { Image: 'app:1' },
        SidecarContainers: [{ Name: 'a', Image: 'proxy:latest' }],
      }),
    },
    { title: 'latest', template: task('app:latest') },
    { title: 'no tag, which means latest', template: task('registry.example:5000/app') },
    {
      title: 'latest in a registry that is known only in the account',
      template: task({ 'Fn::Sub': '${AWS::AccountId}.dkr.ecr.eu-west-1.amazonaws.com/app:latest' }),
    },
    {
      title: 'latest of a repository of the stack',
      template: {
        Resources: {
          Task: task({
            'Fn::Sub': '${AWS::AccountId}.dkr.ecr.${AWS::Region}.amazonaws.com/${Repository}:latest',
          }).Resources['Example'],
          Repository: { Type: 'AWS::ECR::Repository' },
        },
      },
    },
    {
      title: 'another registry',
      template: task('docker.io/library/app:1'),
      parameters: { allowedRegistries: ['*.amazonaws.com/*'] },
    },
    {
      title: 'an organisation service by tag, where a digest is required',
      template: single(ORGANISATION_SERVICE, { PrimaryContainer: { Image: 'app:1.4.2' } }),
      parameters: { requireDigest: true },
    },
  ],
  indeterminate: [
    {
      title: 'a parameter without value',
      template: task({ Ref: 'Image' }, { Parameters: { Image: { Type: 'String' } } }),
    },
    {
      title: 'a tag by a parameter without value',
      template: task(
        { 'Fn::Sub': 'registry.example/app:${Tag}' },
        { Parameters: { Tag: { Type: 'String' } } },
      ),
    },
  ],
});
