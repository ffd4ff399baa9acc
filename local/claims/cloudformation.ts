/** What the local AWS claims about AWS CloudFormation. */
import type { Claim } from './claim';

export const CLOUDFORMATION = [
  {
    id: 'cloudformation.rollback-after-failed-create',
    statement: 'A stack whose creation fails deletes what it has made and ends ROLLBACK_COMPLETE.',
    source: 'AWS CloudFormation user guide, "Stack failure options".',
    state: 'confirmed',
    test: 'test/cloudformation/stacks.test.ts',
  },
  {
    id: 'cloudformation.attributes-are-read-only-properties',
    statement:
      'Fn::GetAtt of what a type does not list in readOnlyProperties, nested pointers by their dotted path, is refused before any resource: "Resource type T does not support attribute {X}."',
    source:
      'Extensions user guide, "Resource type definition schema", readOnlyProperties; the schemas that cfn-lint brings list nested pointers; events recorded from AWS.',
    state: 'confirmed',
    test: 'test/cloudformation/stacks.test.ts',
  },
  {
    id: 'cloudformation.exports-in-use',
    statement:
      'An export that another stack imports can be neither changed nor deleted: "Export X cannot be updated as it is in use by Y".',
    source:
      'Knowledge Center, "How do I resolve the error Export EXPORT_NAME cannot be updated as it is in use by STACK_NAME".',
    state: 'confirmed',
    test: 'test/cloudformation/stacks.test.ts',
  },
  {
    id: 'cloudformation.import-reads',
    statement:
      'An import reads resources and makes none. Each is then updated, "Apply stack-level tags to imported resource if applicable."; only then the import is complete.',
    source:
      'CloudFormation user guide, "Import AWS resources into a CloudFormation stack"; stack events of imports that were recorded from AWS, in public reports.',
    state: 'confirmed',
    test: 'test/cloudformation/import.test.ts',
  },
  {
    id: 'cloudformation.import-update-previous',
    statement:
      'In the update that ends an import, the previous properties that a handler gets are those of the template, so that nothing but tags differs.',
    source: 'Concluded from the purpose of that update, which its reason names.',
    state: 'inferred',
    otherwise: 'The previous properties are those that READ has answered.',
    risk: 'The import of a service brings it to what the template says, which may take a deployment.',
    test: 'test/cloudformation/import.test.ts',
  },
  {
    id: 'cloudformation.import-existing',
    statement:
      'A change set with ImportExistingResources imports what exists, is in no stack, is retained by its DeletionPolicy, and whose primary identifier the template spells out; it makes the rest.',
    source:
      'CloudFormation user guide, "Import AWS resources into a CloudFormation stack automatically", requirements.',
    state: 'confirmed',
    test: 'test/cloudformation/import.test.ts',
  },
  {
    id: 'cloudformation.import-existing-by-name',
    statement:
      'ImportExistingResources also finds a resource with a read-only primary identifier, by the custom name that the template spells out.',
    source:
      'The API reference says that resources with custom names are imported; the user guide says that primary identifiers with read-only properties are not supported.',
    state: 'unverified',
    otherwise: 'The resource is made, which fails as there is one of the name.',
    risk: 'A service that was retained needs a change set of type IMPORT with its ServiceArn; --import-existing-resources does not take it over.',
    test: 'test/cloudformation/import.test.ts',
  },
  {
    id: 'cloudformation.nested-stacks',
    statement:
      'AWS::CloudFormation::Stack is a stack of its own, made from the template at TemplateURL with parameters, tags and capabilities of its parent; each update of the parent looks at it. When it fails, so does its parent: "Embedded stack ARN was not successfully created".',
    source: 'CloudFormation user guide, "Embed stacks within other stacks using nested stacks".',
    state: 'confirmed',
    test: 'test/cloudformation/nested-stacks.test.ts',
  },
  {
    id: 'cloudformation.wait-conditions',
    statement:
      'A wait condition is there once Count signals with different UniqueId have come to its handle; it fails with the first that is no SUCCESS, or when Timeout is over.',
    source: 'CloudFormation user guide, "Create wait conditions in a CloudFormation template".',
    state: 'confirmed',
    test: 'test/cloudformation/aws-types.test.ts',
  },
  {
    id: 'cloudformation.security-group-rules',
    statement:
      'AWS::EC2::SecurityGroupIngress and SecurityGroupEgress are one rule each, named by its id; all but Description needs a replacement.',
    source: 'CloudFormation template reference of the two types, and their registry schemas.',
    state: 'confirmed',
    test: 'test/cloudformation/aws-types.test.ts',
  },
  {
    id: 'cloudformation.type-configuration-by-region',
    statement: 'A type configuration holds in one account and one Region.',
    source: 'API reference, SetTypeConfiguration: "in this account and Region".',
    state: 'confirmed',
    test: 'test/cloudformation/resource-handler.test.ts',
  },
  {
    id: 'cloudformation.unknown-in-change-sets',
    statement:
      'In a change set, what only the operation brings about is shown as {{changeSet:KNOWN_AFTER_APPLY}}; a template function of it does not fail.',
    source: 'Change sets recorded from AWS with IncludePropertyValues, in public test snapshots.',
    state: 'confirmed',
    test: 'test/cloudformation/change-sets.test.ts',
  },
  {
    id: 'cloudformation.warn-mode',
    statement:
      'A hook in failure mode WARN that does not succeed lets the operation go on; its reason ends "Failure was ignored under WARN mode."',
    source: 'Events recorded from AWS; Hooks user guide, "Failure mode".',
    state: 'confirmed',
    test: 'test/cloudformation/hooks.test.ts',
  },
  {
    id: 'cloudformation.ecs-service-desired-count',
    statement: 'AWS::ECS::Service without DesiredCount makes a service of one task.',
    source: 'AWS CloudFormation template reference, AWS::ECS::Service, DesiredCount.',
    state: 'confirmed',
    test: 'test/cloudformation/aws-types.test.ts',
  },
  {
    id: 'cloudformation.progress-messages',
    statement:
      'What a handler says while it is IN_PROGRESS is shown: as the reason of an event of the resource each time it changes, and as StatusMessage of Cloud Control.',
    source:
      'Extensions user guide, ProgressEvent: message is "information about the current status"; Cloud Control API reference, ProgressEvent, StatusMessage. Whether stack events carry it is written nowhere.',
    state: 'unverified',
    otherwise: 'Events and StatusMessage tell that an operation runs, not what it waits for.',
    risk: 'Nobody sees in CloudFormation what a deployment waits for; the log of the handler and the events of the ECS service tell it.',
    test: 'test/cloudformation/progress.test.ts',
  },
  {
    id: 'cloudformation.replacement-for-create-only',
    statement:
      'A change of a create-only property replaces the resource; the old one is deleted after the update.',
    source: 'AWS CloudFormation user guide, "Update behaviors of stack resources".',
    state: 'confirmed',
    test: 'test/cloudformation/stacks.test.ts',
  },
  {
    id: 'cloudformation.callback-delay',
    statement:
      'A handler that answers IN_PROGRESS is invoked again after callbackDelaySeconds, with its callback context.',
    source: 'CloudFormation CLI user guide, "ProgressEvent object schema".',
    state: 'confirmed',
    test: 'test/cloudformation/resource-handler.test.ts',
  },
  {
    id: 'cloudformation.read-answers-at-once',
    statement: 'READ and LIST must not answer IN_PROGRESS.',
    source: 'CloudFormation CLI user guide, "Resource type handler contract".',
    state: 'confirmed',
    test: 'test/cloudformation/resource-handler.test.ts',
  },
  {
    id: 'cloudformation.delete-of-absent',
    statement: 'A resource that is gone counts as deleted when its stack is deleted.',
    source: 'CloudFormation CLI user guide, "Resource type handler contract", NotFound.',
    state: 'confirmed',
    test: 'test/cloudformation/stacks.test.ts',
  },
] as const satisfies readonly Claim[];
