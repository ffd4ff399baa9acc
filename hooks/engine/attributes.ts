/** Attributes that have the value of the property of the same name, by resource type. */
export const ATTRIBUTES_OF_PROPERTIES: Readonly<Record<string, readonly string[]>> = {
  'AWS::EC2::VPC': ['CidrBlock'],
  'AWS::EC2::Subnet': ['CidrBlock', 'AvailabilityZone', 'VpcId'],
  'AWS::EC2::SecurityGroup': ['VpcId'],
};

/** Types whose Ref or attributes may be anything that somebody put there. */
const ARBITRARY =
  /^(Custom::|AWS::CloudFormation::(CustomResource|Stack|WaitCondition)$|AWS::SSM::Parameter$)/;

/** Attributes, and types by their Ref, that hold a credential. */
const CREDENTIAL_ATTRIBUTE = /secret(?!.*(arn|name|id)$)|password|token|privatekey/i;
const CREDENTIAL_REFERENCE = /^AWS::IAM::AccessKey$/;

/** What the names of attributes end with that identify something, say where it is or count. */
const IDENTIFYING = /(arns?|names?|ids?|address|endpoint|port|ur[il]s?|region|zone|version|cidrblock)$/i;

/**
 * Whether a Ref (`Ref`) or an attribute of a resource is certainly an id, a name, an ARN, an address or a number.
 *
 * @param type the resource's type; undefined when the template does not declare it.
 */
export function isIdentifier(type: string | undefined, attribute: string): boolean {
  if (type === undefined || !type.startsWith('AWS::') || ARBITRARY.test(type)) return false;
  if (attribute === 'Ref') return !CREDENTIAL_REFERENCE.test(type);
  return !CREDENTIAL_ATTRIBUTE.test(attribute) && IDENTIFYING.test(attribute);
}
