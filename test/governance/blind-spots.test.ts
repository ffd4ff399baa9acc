import { BLIND_SPOTS } from '../../conformance/blind-spots';
import { answerOf } from '../../conformance/judgement';
import { Exemptions } from '../../hooks/engine/exemptions';
import { templateInput } from '../../hooks/engine/inputs';
import { policyOf } from '../../hooks/engine/policy';
import { report } from '../../hooks/engine/report';
import { PROFILES } from '../../hooks/profiles';
import { rules } from '../../hooks/rules';

const policy = policyOf(PROFILES['org-default']!, rules);

describe('inputs that the Control Tower rules get wrong', () => {
  test.each(BLIND_SPOTS)('$rule on $input: $answers', ({ rule, answers, template }) => {
    for (const profile of [PROFILES['org-default']!, PROFILES['control-tower']!])
      expect(answers).toContain(answerOf(rule, template, profile));
    // Whatever is not known is named.
    const { findings } = report(templateInput(template), policy, new Exemptions());
    for (const finding of findings.filter((each) => each.rule === rule && each.status === 'indeterminate'))
      expect(finding.message).toMatch(/parameter (Value|Stage)|dynamic reference/);
  });
});
