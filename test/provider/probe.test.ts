import { appendFileSync } from 'node:fs';
import { takeInventory } from '../../local/inventory';
import { Driver } from './driver';
const say = (t: string) => appendFileSync('/tmp/probe.log', `${new Date().toISOString()} ${t}\n`);
test('probe', async () => {
  const driver = await Driver.start();
  const before = await takeInventory(driver.aws.clientOptions() as never);
  const timer = setInterval(() => say(`calls ${driver.aws.calls.list().length} inv ${driver.invocations} last ${JSON.stringify(driver.aws.calls.list().at(-1))} virtual ${new Date(driver.aws.clock.now()).toISOString()}`), 2000);
  const calls = () => {
    let last = '';
    for (const c of driver.aws.calls.list().filter((c) => c.caller)) {
      const id = c.caller!.invocationId.slice(0, 4);
      say(`${id === last ? '    ' : id} ${c.service}:${c.operation} ${c.errorCode ?? ''}`);
      last = id;
    }
    driver.aws.calls.clear();
  };
  const outcome = await driver.create(driver.model());
  say(outcome.status);
  calls();
  const arn = (outcome as any).identifier;
  const second = await driver.create(driver.model({ ServiceName: 'second' }));
  say('SECOND ' + JSON.stringify(second).slice(0, 300));
  calls();
  const third = await driver.update(Driver.modelOf(outcome), driver.model({ PrimaryContainer: { Image: 'example/hello:2' } }));
  say('UPDATE ' + JSON.stringify(third).slice(0, 300));
  calls();
  const noop = await driver.update(Driver.modelOf(third), driver.model({ PrimaryContainer: { Image: 'example/hello:2' } }));
  say('NOOP ' + JSON.stringify(noop).slice(0, 300));
  calls();
  say('LIST ' + JSON.stringify(await driver.list()));
  say('DELETE ' + JSON.stringify(await driver.delete((second as any).identifier)));
  calls();
  say('DELETE ' + JSON.stringify(await driver.delete(arn)));
  calls();
  const after = await takeInventory(driver.aws.clientOptions() as never);
  say(JSON.stringify(after.filter((i) => !before.includes(i))));
  clearInterval(timer);
  await driver.close();
}, 50000);
