/** What `npm run contract` sends to the hook: for each target one resource that complies, and one that does not. */
import compliant from '../../contract/hook-inputs/inputs_1_pre_create.json';
import refused from '../../contract/hook-inputs/inputs_1_invalid.json';
import schema from '../../hooks/schema/org-ecs-governancehook.json';

const types = schema.handlers.preCreate.targetNames.filter((name) => name.includes('::')).sort();

test.each([
  ['that complies', compliant],
  ['that is refused', refused],
])('every target that is a resource type has a resource %s', (_what, inputs) => {
  expect(Object.keys(inputs).sort()).toEqual(types);
});
