import type { Pack } from '../pack.js';
import { OUTBOUND } from './outbound.js';

/** Controls of NIST SP 800-53 in the moderate baseline. */
export const fedrampModerate: Pack = {
  id: 'fedramp-moderate',
  name: 'FedRAMP Moderate',
  regime: 'fedramp',
  description: 'Least privilege for agents, and information that flows only where it may.',
  versions: [
    {
      ruleVersion: 1,
      packVersion: '1.0.0',
      createdAt: '2026-02-02T00:00:00.000Z',
      controls: { mismatchBoost: 25, delegationBoost: 15, trustFloor: 0.2, criticalThreshold: 0.85 },
      rules: [
        {
          id: 'privileged-function',
          effect: 'STEP_UP',
          control: 'AC-6',
          reason: 'a privileged function on controlled information needs an approval',
          when: { action_classes: ['execute', 'delete'], min_sensitivity: 'confidential' },
        },
        {
          id: 'delegated-privilege',
          effect: 'BLOCK',
          control: 'AC-6(10)',
          reason: 'privileged functions are not passed on from one agent to another',
          when: { action_classes: ['execute', 'delete'], delegated: true },
        },
        {
          id: 'information-flow',
          effect: 'BLOCK',
          control: 'AC-4',
          reason: 'restricted information does not cross the boundary',
          when: {
            tools: OUTBOUND,
            min_sensitivity: 'restricted',
          },
        },
      ],
    },
  ],
};
