/** Options that all SDK v3 clients of an invocation share. */
import { CloudWatchLogsClient, type CloudWatchLogsClientConfig } from '@aws-sdk/client-cloudwatch-logs';

/** Temporary credentials as the protocol sends them. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** Options for every SDK v3 client of the invocation. */
export interface ClientConfiguration {
  readonly region: string;
  readonly credentials: Credentials;
  /** Keeps connections open between the clients and, in a warm Lambda, the invocations. */
  readonly requestHandler: NonNullable<CloudWatchLogsClientConfig['requestHandler']>;
}

let requestHandler: ClientConfiguration['requestHandler'] | undefined;

/** Configuration for clients that act with these credentials. The clients themselves must not outlive the invocation. */
export function clientConfiguration(region: string, credentials: Credentials): ClientConfiguration {
  requestHandler ??= new CloudWatchLogsClient({ region, credentials }).config.requestHandler;
  return { region, credentials, requestHandler };
}
