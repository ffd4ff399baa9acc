import type { Row } from '../row';

export const rows: readonly Row[] = [
  {
    inputs: ['export.yml', 'export-importer.yml'],
    right: 'an export keeps its value as long as another stack uses it',
    async shows(account) {
      await account.create('exporting', { template: 'export.yml' });
      expect(await account.create('importing', { template: 'export-importer.yml' })).toMatchObject({
        status: 'CREATE_COMPLETE',
      });
      const moved = { template: 'export.yml', parameters: { Dom: 'moved.example.com' } };
      const refused = await account.update('exporting', moved);
      expect(refused).toMatchObject({
        status: 'UPDATE_ROLLBACK_COMPLETE',
        outputs: { Endpoint: 'https://export.example.com' },
      });
      const { StackEvents = [] } = await account.cloudFormation.describeStackEvents({
        StackName: 'exporting',
      });
      expect(StackEvents.map(({ ResourceStatusReason }) => ResourceStatusReason)).toContain(
        'Export field-endpoint cannot be updated as it is in use by importing.',
      );
      await account.remove('importing');
      expect(await account.update('exporting', moved)).toMatchObject({
        status: 'UPDATE_COMPLETE',
        outputs: { Endpoint: 'https://moved.example.com' },
      });
    },
  },
];
