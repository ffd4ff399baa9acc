/** Starts what all suites share: the process that their motos are forked from. Jest runs it before the first suite. */
import { startForkServer } from '../../local/moto';

let stop: () => Promise<void>;

export default async function setup(): Promise<void> {
  stop = await startForkServer();
}

/** Ends it again, after the last suite. */
export const teardown = (): Promise<void> => stop();
