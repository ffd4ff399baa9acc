/** Types of AWS Certificate Manager. */
import type { DomainValidation } from '@aws-sdk/client-acm';
import type { Structure } from '../../../service';
import { ProvisionFailure } from '../provider';
import { waitFor, type ApiContext, type ApiType } from './api-type';

export const certificate: ApiType = {
  typeName: 'AWS::CertificateManager::Certificate',
  async create(context) {
    const { clients, request, tags } = context;
    const {
      DomainName,
      SubjectAlternativeNames,
      ValidationMethod = 'DNS',
      KeyAlgorithm,
    } = request.properties;
    const Tags = tags.length > 0 ? [...tags] : undefined;
    const { CertificateArn } = await clients.acm.requestCertificate({
      ...{ DomainName, SubjectAlternativeNames, ValidationMethod, KeyAlgorithm, Tags },
    });
    const physicalId = CertificateArn!;
    request.onPhysicalId(physicalId);
    const describe = async () => (await clients.acm.describeCertificate({ CertificateArn })).Certificate!;
    await proveOwnership(context, (await describe()).DomainValidationOptions ?? []);
    return waitFor(context, physicalId, async () => {
      const { Status } = await describe();
      if (Status === 'PENDING_VALIDATION') return undefined;
      if (Status === 'ISSUED') return { physicalId, attributes: {} };
      throw new ProvisionFailure(`The certificate for ${DomainName} is ${Status}.`, { physicalId });
    });
  },
  delete: ({ clients, request }) =>
    clients.acm.deleteCertificate({ CertificateArn: request.current.physicalId }),
};

/** Write the validation records of the domains for which the template names a hosted zone. */
async function proveOwnership(
  { clients, request }: ApiContext,
  validations: readonly DomainValidation[],
): Promise<void> {
  const zones: Structure[] = request.properties.DomainValidationOptions ?? [];
  for (const { DomainName, HostedZoneId } of zones) {
    const record = validations.find((validation) => validation.DomainName === DomainName)?.ResourceRecord;
    if (!record || !HostedZoneId) continue;
    const ResourceRecordSet = {
      Name: record.Name,
      Type: record.Type,
      TTL: 300,
      ResourceRecords: [{ Value: record.Value }],
    };
    const ChangeBatch = { Changes: [{ Action: 'UPSERT' as const, ResourceRecordSet }] };
    await clients.route53.changeResourceRecordSets({ HostedZoneId, ChangeBatch });
  }
}
