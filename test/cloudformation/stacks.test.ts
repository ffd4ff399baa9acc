/** Stacks of private and AWS resources: creation, update, replacement, rollback, deletion, and the events of each. */
import { notebook, startSampleAccount, template, type SampleAccount } from './fixtures/sample-extension';

let account: SampleAccount;
beforeAll(async () => {
  account = await startSampleAccount();
});
afterEach(() => account.clear());
afterAll(() => account.close());

const create = async (body: string, input: object = {}) => {
  await account.cloudFormation.createStack({ StackName: 'desk', TemplateBody: body, ...input });
  return account.settled('desk');
};
const update = async (body: string, input: object = {}) => {
  await account.cloudFormation.updateStack({ StackName: 'desk', TemplateBody: body, ...input });
  return account.settled('desk');
};
const remove = async () => {
  const { StackId } = await account.settled('desk');
  await account.cloudFormation.deleteStack({ StackName: 'desk' });
  return account.settled(StackId!);
};
const reasonOf = async (logicalId: string, status: string) =>
  (await account.events('desk')).find(
    (event) => event.LogicalResourceId === logicalId && event.ResourceStatus === status,
  )?.ResourceStatusReason;

describe('creation', () => {
  test('makes resources in the order of their dependencies and evaluates outputs', async () => {
    const body = template(
      {
        Second: notebook({ Name: { 'Fn::Sub': '${Topic.TopicName}-second' } }, { DependsOn: 'First' }),
        First: notebook({ Name: 'first', RetentionInDays: 7 }),
        Topic: { Type: 'AWS::SNS::Topic', Properties: { TopicName: 'pages' } },
      },
      {
        Outputs: {
          Code: { Value: { 'Fn::GetAtt': ['First', 'Status.Code'] } },
          Id: { Value: { Ref: 'Second' }, Export: { Name: { 'Fn::Sub': '${AWS::StackName}-id' } } },
          Topic: { Value: { Ref: 'Topic' } },
        },
      },
    );
    const stack = await create(body, { Tags: [{ Key: 'team', Value: 'paper' }] });
    expect(stack).toMatchObject({ StackStatus: 'CREATE_COMPLETE', Tags: [{ Key: 'team', Value: 'paper' }] });
    expect(stack.Outputs).toEqual([
      { OutputKey: 'Code', OutputValue: 'WRITTEN' },
      { OutputKey: 'Id', OutputValue: '/notebook/pages-second', ExportName: 'desk-id' },
      { OutputKey: 'Topic', OutputValue: 'arn:aws:sns:us-east-1:123456789012:pages' },
    ]);
    const history = await account.history('desk');
    expect(history[0]).toBe('desk CREATE_IN_PROGRESS');
    expect(history.at(-1)).toBe('desk CREATE_COMPLETE');
    expect(history.indexOf('First CREATE_COMPLETE')).toBeLessThan(
      history.indexOf('Second CREATE_IN_PROGRESS'),
    );
    expect(await account.notebooks()).toEqual(['/notebook/first', '/notebook/pages-second']);
  });

  test('has events of which each is later than the one before, also of what happens at once', async () => {
    const topics = ['One', 'Two'].map((name) => [name, { Type: 'AWS::SNS::Topic', Properties: {} }]);
    await create(template(Object.fromEntries(topics)));
    const times = (await account.events('desk')).map(({ Timestamp }) => Timestamp!.getTime());
    expect(times.length).toBeGreaterThanOrEqual(6);
    expect(new Set(times).size).toBe(times.length);
    expect([...times].sort((a, b) => a - b)).toEqual(times);
  });

  test('waits in virtual time between invocations, independent resources at the same time', async () => {
    const before = account.aws.clock.now();
    await create(
      template({
        One: notebook({ Name: 'one' }),
        Two: notebook({ Name: 'two' }),
        Three: notebook({ Name: 'three' }),
      }),
    );
    expect(account.aws.clock.now() - before).toBe(30_000);
  });

  test('leaves out resources and outputs whose condition does not hold', async () => {
    const body = template(
      {
        Kept: notebook({ Name: 'kept' }, { Condition: 'Wanted' }),
        Dropped: notebook({ Name: 'dropped' }, { Condition: 'Unwanted' }),
      },
      {
        Conditions: {
          Wanted: { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'us-east-1'] },
          Unwanted: { 'Fn::Not': [{ Condition: 'Wanted' }] },
        },
        Outputs: { Dropped: { Condition: 'Unwanted', Value: { Ref: 'Dropped' } } },
      },
    );
    expect((await create(body)).Outputs).toEqual([]);
    expect(await account.notebooks()).toEqual(['/notebook/kept']);
  });

  test('rolls back everything when a resource fails, and says why', async () => {
    const body = template({
      Good: notebook({ Name: 'good' }),
      Bad: notebook({ Name: 'bad', Behaviour: 'fails half way' }, { DependsOn: 'Good' }),
      Never: notebook({ Name: 'never' }, { DependsOn: 'Bad' }),
    });
    const stack = await create(body);
    expect(stack.StackStatus).toBe('ROLLBACK_COMPLETE');
    expect(await account.notebooks()).toEqual([]);
    expect(await reasonOf('Bad', 'CREATE_FAILED')).toMatch(
      /^Resource handler returned message: "the ink ran out" \(RequestToken: [0-9a-f-]{36}, HandlerErrorCode: NotStabilized\)$/,
    );
    expect(await reasonOf('desk', 'ROLLBACK_IN_PROGRESS')).toBe(
      'The following resource(s) failed to create: [Bad]. Rollback requested by user.',
    );
    expect(await account.history('desk')).not.toContain('Never CREATE_IN_PROGRESS');
  });

  test('gives up what runs beside a failed resource', async () => {
    const body = template({
      Slow: notebook({ Name: 'slow' }),
      Bad: notebook({ Name: 'bad', Behaviour: 'fails' }),
    });
    await create(body);
    expect(await reasonOf('Slow', 'CREATE_FAILED')).toBe('Resource creation cancelled');
    expect(await account.notebooks()).toEqual([]);
  });

  test.each([
    ['DO_NOTHING', 'CREATE_FAILED', ['/notebook/good']],
    ['DELETE', 'DELETE_COMPLETE', []],
  ])('on failure %s ends in %s', async (OnFailure, status, left) => {
    const body = template({
      Good: notebook({ Name: 'good' }),
      Bad: notebook({ Name: 'x', Behaviour: 'fails' }, { DependsOn: 'Good' }),
    });
    const { StackId } = await account.cloudFormation.createStack({
      StackName: 'desk',
      TemplateBody: body,
      OnFailure: OnFailure as 'DELETE',
    });
    expect((await account.settled(StackId!)).StackStatus).toBe(status);
    expect(await account.notebooks()).toEqual(left);
  });

  test('does not delete what belongs to somebody else', async () => {
    await create(template({ Mine: notebook({ Name: 'mine' }) }));
    await account.cloudFormation.createStack({
      StackName: 'thief',
      TemplateBody: template({ Theirs: notebook({ Name: 'mine' }) }),
    });
    expect((await account.settled('thief')).StackStatus).toBe('ROLLBACK_COMPLETE');
    expect(await account.notebooks()).toEqual(['/notebook/mine']);
  });

  test.each([
    [
      { Name: 'x', RetentionInDays: 2 },
      '#/RetentionInDays: value is not one of the permitted values [1, 7, 30]',
    ],
    [{ Name: 'x', RetentionInDays: 'soon' }, '#/RetentionInDays: expected type: Integer, found: String'],
    [{ RetentionInDays: 7 }, '#: required key [Name] not found'],
    [{ Name: 'x', Colour: 'red' }, '#: extraneous key [Colour] is not permitted'],
    [{ Name: 'x', Tags: [{ Key: 'a' }] }, '#/Tags/0: required key [Value] not found'],
    [{ Name: 'x', Id: 'mine' }, '#: read-only property [/properties/Id] cannot be set in a template'],
  ])('refuses the properties %j before a handler is called', async (properties, message) => {
    expect((await create(template({ Bad: notebook(properties) }))).StackStatus).toBe('ROLLBACK_COMPLETE');
    expect(await reasonOf('Bad', 'CREATE_FAILED')).toBe(
      `Properties validation failed for resource Bad with message:\n${message}`,
    );
    expect(await account.notebooks()).toEqual([]);
  });

  test.each([
    ['Name', '{Name}'],
    ['Status.Colour', '{Status.Colour}'],
    ['Shade', '{Shade}'],
  ])('refuses Fn::GetAtt of %s before any resource', async (attribute, shown) => {
    const body = template(
      { Good: notebook({ Name: 'good' }), Book: notebook({ Name: { 'Fn::Sub': `\${Good.${attribute}}` } }) },
      { Outputs: { Code: { Value: { 'Fn::GetAtt': ['Good', 'Status.Code'] } } } },
    );
    expect((await create(body)).StackStatus).toBe('ROLLBACK_COMPLETE');
    expect(await account.history('desk')).toEqual([
      'desk CREATE_IN_PROGRESS',
      'desk ROLLBACK_IN_PROGRESS',
      'desk ROLLBACK_COMPLETE',
    ]);
    expect(await reasonOf('desk', 'ROLLBACK_IN_PROGRESS')).toBe(
      `Resource type Sample::Logs::Notebook does not support attribute ${shown}. Rollback requested by user.`,
    );
  });

  test.each([
    ['AWS::SNS::Topic', 'TopicName', true],
    ['AWS::SNS::Topic', 'Nothing', false],
    ['AWS::IAM::Role', 'Arn', true],
    ['AWS::IAM::Role', 'RoleName', false],
    ['AWS::ElasticLoadBalancingV2::LoadBalancer', 'DNSName', true],
    ['AWS::RDS::DBInstance', 'Endpoint.Address', true],
    ['AWS::RDS::DBInstance', 'MasterUserSecret', false],
    ['AWS::CloudFormation::Stack', 'Outputs.Anything', true],
    ['AWS::CloudFormation::Stack', 'Anything', false],
    ['Org::ECS::ExpressService', 'ECSManagedResourceArns.IngressPath.TargetGroupArns', true],
    ['Org::ECS::ExpressService', 'ECSManagedResourceArns.IngressPath.Nothing', false],
    ['Org::ECS::ExpressService', 'Cluster', false],
  ])('%s has the attribute %s: %s', (typeName, attribute, has) => {
    expect(account.aws.registry.resourceType(typeName)!.hasAttribute(attribute)).toBe(has);
  });

  test('converts the scalars of a template to the types of the schema', async () => {
    const body = template(
      { Book: notebook({ Name: 42, RetentionInDays: { Ref: 'Days' } }) },
      { Parameters: { Days: { Type: 'Number' } } },
    );
    const stack = await create(body, { Parameters: [{ ParameterKey: 'Days', ParameterValue: '30' }] });
    expect(stack.StackStatus).toBe('CREATE_COMPLETE');
  });

  test('shows no value of a NoEcho parameter', async () => {
    const body = template(
      { Book: notebook({ Name: 'book', Password: { Ref: 'Password' } }) },
      { Parameters: { Password: { Type: 'String', NoEcho: true } } },
    );
    const stack = await create(body, {
      Parameters: [{ ParameterKey: 'Password', ParameterValue: 'open sesame' }],
    });
    expect(stack.Parameters).toEqual([{ ParameterKey: 'Password', ParameterValue: '****' }]);
    expect(JSON.stringify(await account.events('desk'))).not.toContain('sesame');
  });

  test('makes nothing when the local AWS cannot provision a type', async () => {
    const fleet = (attributes: object = {}) => ({
      Type: 'AWS::GameLift::Location',
      Properties: { LocationName: 'custom-a' },
      ...attributes,
    });
    await create(template({ Good: notebook({ Name: 'good' }), Fleet: fleet({ DependsOn: 'Good' }) }));
    expect(await account.history('desk')).toEqual([
      'desk CREATE_IN_PROGRESS',
      'desk ROLLBACK_IN_PROGRESS',
      'desk ROLLBACK_COMPLETE',
    ]);
    expect(await reasonOf('desk', 'ROLLBACK_IN_PROGRESS')).toBe(
      'The local AWS cannot provision resources of type AWS::GameLift::Location. Rollback requested by user.',
    );
    await remove();
    const conditions = { Conditions: { Never: { 'Fn::Equals': ['a', 'b'] } } };
    const body = template(
      { Good: notebook({ Name: 'good' }), Fleet: fleet({ Condition: 'Never' }) },
      conditions,
    );
    expect((await create(body)).StackStatus).toBe('CREATE_COMPLETE');
  });
});

describe('update', () => {
  const before = template({
    Book: notebook({ Name: 'book', RetentionInDays: 7 }),
    Other: notebook({ Name: 'other' }),
  });

  test('touches what has changed and nothing else', async () => {
    await create(before);
    const stack = await update(
      template({ Book: notebook({ Name: 'book', RetentionInDays: 30 }), Other: notebook({ Name: 'other' }) }),
    );
    expect(stack.StackStatus).toBe('UPDATE_COMPLETE');
    const history = await account.history('desk');
    expect(history.slice(history.indexOf('desk UPDATE_IN_PROGRESS'))).toEqual([
      'desk UPDATE_IN_PROGRESS',
      'Book UPDATE_IN_PROGRESS',
      'Book UPDATE_COMPLETE',
      'desk UPDATE_COMPLETE_CLEANUP_IN_PROGRESS',
      'desk UPDATE_COMPLETE',
    ]);
  });

  test('reaches the resources when only the stack tags change', async () => {
    await create(before);
    await update(before, { Tags: [{ Key: 'team', Value: 'paper' }] });
    expect(await account.history('desk')).toContain('Other UPDATE_COMPLETE');
  });

  test('replaces a resource for a create-only property', async () => {
    const properties = { Name: 'renamed' };
    const dependent = {
      Type: 'AWS::SNS::Topic',
      Properties: { TopicName: 'pages', DisplayName: { Ref: 'Book' } },
    };
    await create(template({ Book: notebook({ Name: 'book' }), Topic: dependent }));
    const stack = await update(template({ Book: notebook(properties), Topic: dependent }));
    expect(stack.StackStatus).toBe('UPDATE_COMPLETE');
    expect(await account.notebooks()).toEqual(['/notebook/renamed']);
    const history = await account.history('desk');
    expect(history.indexOf('Topic UPDATE_COMPLETE')).toBeLessThan(history.indexOf('Book DELETE_IN_PROGRESS'));
    expect(await reasonOf('Book', 'UPDATE_IN_PROGRESS')).toMatch(
      /requires the creation of a new physical resource/,
    );
  });

  test('replaces a resource when its handler says that it cannot be updated', async () => {
    await create(template({ Book: notebook({ Name: 'book' }) }));
    const stack = await update(template({ Book: notebook({ Name: 'book', Zone: 'elsewhere' }) }));
    // The new notebook has the name of the old one, which still exists.
    expect(stack.StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(await reasonOf('Book', 'UPDATE_FAILED')).toMatch(
      /exists already.*HandlerErrorCode: AlreadyExists/,
    );
    expect(await account.notebooks()).toEqual(['/notebook/book']);
  });

  test('deletes what the new template leaves out', async () => {
    await create(before);
    await update(template({ Book: notebook({ Name: 'book', RetentionInDays: 7 }) }));
    expect(await account.notebooks()).toEqual(['/notebook/book']);
    expect(await account.history('desk')).toContain('Other DELETE_COMPLETE');
  });

  test('rolls back to the state before when a resource fails', async () => {
    await create(before);
    const stack = await update(
      template({
        Book: notebook({ Name: 'book', RetentionInDays: 30 }),
        Other: notebook({ Name: 'replaced' }, { DependsOn: 'Book' }),
        New: notebook({ Name: 'new' }, { DependsOn: 'Book' }),
        Bad: notebook({ Name: 'bad', Behaviour: 'fails' }, { DependsOn: ['New', 'Other'] }),
      }),
    );
    expect(stack.StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(await reasonOf('desk', 'UPDATE_ROLLBACK_IN_PROGRESS')).toBe(
      'The following resource(s) failed to create: [Bad].',
    );
    expect(await account.notebooks()).toEqual(['/notebook/book', '/notebook/other']);
    const { StackResources } = await account.cloudFormation.describeStackResources({ StackName: 'desk' });
    expect(
      StackResources!.map((resource) => [resource.LogicalResourceId, resource.PhysicalResourceId]),
    ).toEqual([
      ['Book', '/notebook/book'],
      ['Other', '/notebook/other'],
    ]);
    const last = (await account.events('desk')).filter((event) => event.LogicalResourceId === 'Book').at(-1)!;
    expect(JSON.parse(last.ResourceProperties!)).toMatchObject({ RetentionInDays: 7 });
  });

  test('can continue a rollback that failed', async () => {
    await create(template({ Book: notebook({ Name: 'book', Behaviour: 'fails to update' }) }));
    const stack = await update(
      template({ Book: notebook({ Name: 'book', Behaviour: 'fails to update', RetentionInDays: 7 }) }),
    );
    expect(stack.StackStatus).toBe('UPDATE_ROLLBACK_FAILED');
    await account.cloudFormation.continueUpdateRollback({ StackName: 'desk', ResourcesToSkip: ['Book'] });
    expect((await account.settled('desk')).StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
  });

  test.each([
    ['nothing changes', before, 'No updates are to be performed.'],
    ['the stack does not exist', undefined, 'Stack [desk] does not exist'],
  ])('is refused when %s', async (_, body, message) => {
    if (body) await create(body);
    await expect(update(body ?? before)).rejects.toMatchObject({ name: 'ValidationError', message });
  });
});

describe('deletion', () => {
  test('removes dependent resources first and forgets the name', async () => {
    await create(
      template({
        First: notebook({ Name: 'first' }),
        Second: notebook({ Name: 'second' }, { DependsOn: 'First' }),
      }),
    );
    const stack = await remove();
    expect(stack.StackStatus).toBe('DELETE_COMPLETE');
    const history = await account.history(stack.StackId!);
    expect(history.indexOf('Second DELETE_COMPLETE')).toBeLessThan(
      history.indexOf('First DELETE_IN_PROGRESS'),
    );
    expect(await account.notebooks()).toEqual([]);
    await expect(account.cloudFormation.describeStacks({ StackName: 'desk' })).rejects.toMatchObject({
      message: 'Stack with id desk does not exist',
    });
  });

  test('keeps what the template says to retain', async () => {
    await create(template({ Book: notebook({ Name: 'book' }, { DeletionPolicy: 'Retain' }) }));
    expect((await remove()).StackStatus).toBe('DELETE_COMPLETE');
    expect(await account.notebooks()).toEqual(['/notebook/book']);
  });

  test('counts a resource that is gone as deleted', async () => {
    await create(template({ Book: notebook({ Name: 'book' }) }));
    await account.aws.moto.reset();
    expect((await remove()).StackStatus).toBe('DELETE_COMPLETE');
  });

  test('takes over from a creation that still runs', async () => {
    account.aws.clock.setMode('manual');
    await account.cloudFormation.createStack({
      StackName: 'desk',
      TemplateBody: template({ Book: notebook({ Name: 'book' }) }),
    });
    const { Stacks } = await account.cloudFormation.describeStacks({ StackName: 'desk' });
    await account.cloudFormation.deleteStack({ StackName: 'desk' });
    account.aws.clock.setMode('jump');
    expect((await account.settled(Stacks![0]!.StackId!)).StackStatus).toBe('DELETE_COMPLETE');
    expect(await account.notebooks()).toEqual([]);
  });

  test('is refused while another stack uses an export', async () => {
    await create(exporting('book'));
    await account.cloudFormation.createStack({ StackName: 'reader', TemplateBody: importing });
    expect((await account.settled('reader')).StackStatus).toBe('CREATE_COMPLETE');
    const stack = await remove();
    expect([stack.StackStatus, stack.StackStatusReason]).toEqual([
      'DELETE_FAILED',
      'Export book cannot be deleted as it is in use by reader',
    ]);
  });
});

/** A template that exports the id of a notebook as `book`. */
function exporting(Name: string, sections: object = exportOf('book')): string {
  return template({ Book: notebook({ Name }) }, sections);
}

function exportOf(Name: string): object {
  return { Outputs: { Id: { Value: { Ref: 'Book' }, Export: { Name } } } };
}

/** A template that imports it. */
const importing = template({
  Copy: {
    Type: 'AWS::SNS::Topic',
    Properties: { TopicName: 'copy', DisplayName: { 'Fn::ImportValue': 'book' } },
  },
});
const importingNoMore = template({ Copy: { Type: 'AWS::SNS::Topic', Properties: { TopicName: 'copy' } } });

describe('an export that another stack uses', () => {
  beforeEach(async () => {
    await create(exporting('book'));
    await account.cloudFormation.createStack({ StackName: 'reader', TemplateBody: importing });
    await account.settled('reader');
  });

  const rolledBackBecause = async (body: string) => {
    const { StackStatus, Outputs } = await update(body);
    expect(StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(Outputs).toMatchObject([{ OutputValue: '/notebook/book', ExportName: 'book' }]);
    return reasonOf('desk', 'UPDATE_ROLLBACK_IN_PROGRESS');
  };

  test('keeps its value', async () => {
    expect(await rolledBackBecause(exporting('renamed'))).toBe(
      'Export book cannot be updated as it is in use by reader.',
    );
    expect(await account.notebooks()).toEqual(['/notebook/book']);
  });

  test.each([
    ['another name', exportOf('other')],
    ['no output', {}],
  ])('is not taken away by %s', async (_, sections) => {
    expect(await rolledBackBecause(exporting('book', sections))).toBe(
      'Export book cannot be deleted as it is in use by reader.',
    );
  });

  test('is free again once nobody uses it, and not before', async () => {
    const failing = template({
      Copy: { Type: 'AWS::SNS::Topic', Properties: { TopicName: 'copy' } },
      Bad: notebook({ Name: 'bad', Behaviour: 'fails' }, { DependsOn: 'Copy' }),
    });
    for (const body of [failing, importingNoMore]) {
      await account.cloudFormation.updateStack({ StackName: 'reader', TemplateBody: body });
      await account.settled('reader');
      expect((await update(exporting('renamed'))).StackStatus).toBe(
        body === failing ? 'UPDATE_ROLLBACK_COMPLETE' : 'UPDATE_COMPLETE',
      );
    }
  });

  test('is not held by a change set that nobody has executed', async () => {
    await account.cloudFormation.updateStack({ StackName: 'reader', TemplateBody: importingNoMore });
    await account.settled('reader');
    await account.cloudFormation.createChangeSet({
      StackName: 'reader',
      ChangeSetName: 'again',
      TemplateBody: importing,
    });
    expect((await update(exporting('renamed'))).StackStatus).toBe('UPDATE_COMPLETE');
  });
});

test('a second stack of the same name is refused', async () => {
  const body = template({ Book: notebook({ Name: 'book' }) });
  await create(body);
  await expect(
    account.cloudFormation.createStack({ StackName: 'desk', TemplateBody: body }),
  ).rejects.toMatchObject({
    name: 'AlreadyExistsException',
  });
});

test('a reset forgets stacks that are still being made', async () => {
  account.aws.clock.setMode('manual');
  await account.cloudFormation.createStack({
    StackName: 'desk',
    TemplateBody: template({ Book: notebook({ Name: 'book' }) }),
  });
  // The handler has answered once, and waits to be invoked again.
  await account.aws.clock.settled();
  await account.aws.reset();
  account.aws.clock.setMode('jump');
  await account.aws.clock.sleep(60_000);
  expect((await account.cloudFormation.describeStacks({})).Stacks).toEqual([]);
  expect(await account.notebooks()).toEqual([]);
});
