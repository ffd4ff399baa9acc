/** `npm run local`: the local AWS as a process of its own, until it is interrupted. */
import { parseArgs } from 'node:util';
import { startLocalAws, type LocalAws, type LocalAwsOptions } from '.';
import { createHostedZone } from './account';

/** The type of this repository, and the domain in which its services get their host names here. */
const TYPE_NAME = 'Org::ECS::ExpressService';
const BASE_DOMAIN = 'example.com';

const HELP = `Usage: npm run local -- [options]

Starts an AWS on this machine, for the AWS CLI, SDKs and other tools. Ctrl+C ends it; nothing is kept. The account
holds a hosted zone for ${BASE_DOMAIN}, which is also the base domain of ${TYPE_NAME}.

  --port N               port of the endpoint of all services (default 4566)
  --data-plane-port N    port at which the load balancers answer (default 8080)
  --clock MODE           how time passes for deployments, bake times and delays:
                         N      N times as fast as real time (default 20)
                         jump   as fast as the work is done
                         manual only when told to, by POST /_local/clock
  --region NAME          default Region (default us-east-1)
  --help                 this text
`;

/** The options of a command line. @throws Error naming the option that is wrong. */
function options(argv: readonly string[]): LocalAwsOptions | 'help' {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      port: { type: 'string', default: '4566' },
      'data-plane-port': { type: 'string', default: '8080' },
      clock: { type: 'string', default: '20' },
      region: { type: 'string', default: 'us-east-1' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  return {
    port: port('--port', values.port),
    dataPlanePort: port('--data-plane-port', values['data-plane-port']),
    clock: clockMode(values.clock),
    region: values.region,
  };
}

function port(name: string, text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 0 && number <= 65_535) return number;
  throw new Error(`${name}: ${text} is not a port. Use a number from 0 to 65535; 0 takes any free port.`);
}

function clockMode(text: string): LocalAwsOptions['clock'] {
  if (text === 'jump' || text === 'manual') return text;
  if (Number(text) > 0 && Number.isFinite(Number(text))) return { rate: Number(text) };
  throw new Error(
    `--clock: ${text} is unknown. Use jump, manual, or how many times as fast as real time it is to run.`,
  );
}

function instructions({ endpoint, dataPlaneUrl }: LocalAws, region: string): string {
  return `
The local AWS is ready.
  endpoint of all services  ${endpoint}
  load balancers            ${dataPlaneUrl}   (the Host header selects the service)

Point the AWS CLI and SDKs at it:
  export AWS_ENDPOINT_URL=${endpoint} AWS_REGION=${region} AWS_DEFAULT_REGION=${region}
  export AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local

Then, for example:
  .venv/bin/aws cloudformation deploy --stack-name hello --template-file examples/hello.yml
  .venv/bin/aws cloudformation describe-stacks --stack-name hello --query 'Stacks[0].Outputs'
  curl -H 'Host: <host of the service>' ${dataPlaneUrl}/
  curl ${endpoint}/_local/calls

Ctrl+C ends it.
`;
}

async function main(): Promise<void> {
  const chosen = options(process.argv.slice(2));
  if (chosen === 'help') return void process.stdout.write(HELP);
  process.stdout.write('Starting the local AWS …\n');
  const aws = await startLocalAws(chosen);
  aws.registry.setTypeConfiguration(TYPE_NAME, {
    BaseDomain: BASE_DOMAIN,
    HostedZoneId: await createHostedZone(aws, BASE_DOMAIN),
  });
  process.stdout.write(instructions(aws, chosen.region!));
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
  process.stdout.write('\nEnding the local AWS …\n');
  await aws.close();
}

main().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
