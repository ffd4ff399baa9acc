import { Driver } from '../provider/driver';
test('count', async () => {
  const driver = await Driver.start();
  for (const name of ['a', 'b']) {
    driver.aws.calls.clear();
    const t = driver.model({ ServiceName: name });
    const m = Driver.modelOf(await driver.create(t));
    const count = (op: string) => {
      const c: Record<string, number> = {};
      for (const a of driver.actions(op)) c[a] = (c[a] ?? 0) + 1;
      return c;
    };
    console.log(name, 'create', driver.actions('CREATE').length, JSON.stringify(count('CREATE')));
    driver.aws.calls.clear();
    Driver.modelOf(await driver.update({ ...t, ServiceArn: m.ServiceArn }, { ...t, PrimaryContainer: { Image: 'example/hello:2' } }));
    console.log(name, 'update', driver.actions('UPDATE').length, JSON.stringify(count('UPDATE')));
    driver.aws.calls.clear();
    await driver.read(m.ServiceArn);
    console.log(name, 'read', driver.actions('READ').length, JSON.stringify(count('READ')));
  }
  await driver.close();
}, 200000);
