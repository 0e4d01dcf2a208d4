import type { Pack } from '../pack.js';
import { OUTBOUND } from './outbound.js';

/** Protected health information counts as restricted. */
export const hipaaMinimumNecessary: Pack = {
  id: 'hipaa-minimum-necessary',
  name: 'HIPAA minimum necessary',
  regime: 'hipaa',
  description: 'Protected health information is used for permitted purposes, and no more of it than needed.',
  versions: [
    {
      ruleVersion: 1,
      packVersion: '1.0.0',
      createdAt: '2026-02-02T00:00:00.000Z',
      controls: { mismatchBoost: 30, delegationBoost: 15, trustFloor: 0.2, criticalThreshold: 0.8 },
      rules: [
        {
          id: 'permitted-purpose',
          effect: 'BLOCK',
          control: '164.502(b)',
          reason: 'health information is used for treatment, payment or operations only',
          when: {
            min_sensitivity: 'restricted',
            purposes_other_than: ['treatment', 'payment', 'operations', 'healthcare-operations', 'emergency'],
          },
        },
        {
          id: 'disclosure',
          effect: 'STEP_UP',
          control: '164.514(d)',
          reason: 'a person checks that no more health information is disclosed than needed',
          when: {
            tools: [...OUTBOUND, '*list*', '*bulk*'],
            min_sensitivity: 'restricted',
          },
        },
        {
          id: 'delegated-access',
          effect: 'STEP_UP',
          control: '164.308(a)(4)',
          reason: 'access to health information passed on by another agent needs an approval',
          when: { min_sensitivity: 'restricted', delegated: true },
        },
      ],
    },
  ],
};
