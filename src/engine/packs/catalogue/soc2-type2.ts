import type { Pack } from '../pack.js';
import { OUTBOUND } from './outbound.js';

/** Trust Services Criteria: logical access (CC6) and confidentiality (C1). */
export const soc2Type2: Pack = {
  id: 'soc2-type2',
  name: 'SOC 2 Type II',
  regime: 'soc2',
  description: 'Changes to restricted data, delegated changes and data leaving the tenant wait for a person.',
  versions: [
    {
      ruleVersion: 1,
      packVersion: '1.0.0',
      createdAt: '2026-02-02T00:00:00.000Z',
      controls: { mismatchBoost: 15, delegationBoost: 10, trustFloor: 0.2, criticalThreshold: 0.9 },
      rules: [
        {
          id: 'restricted-change',
          effect: 'STEP_UP',
          control: 'CC6.1',
          reason: 'a change to restricted data needs an approval',
          when: { action_classes: ['write', 'delete', 'execute', 'payment'], min_sensitivity: 'restricted' },
        },
        {
          id: 'delegated-change',
          effect: 'STEP_UP',
          control: 'CC6.3',
          reason: 'a consequential action passed on by another agent needs an approval',
          when: { action_classes: ['delete', 'execute', 'payment'], delegated: true },
        },
      ],
    },
    {
      ruleVersion: 2,
      packVersion: '1.1.0',
      createdAt: '2026-06-15T00:00:00.000Z',
      controls: { mismatchBoost: 20, delegationBoost: 10, trustFloor: 0.2, criticalThreshold: 0.9 },
      rules: [
        {
          id: 'restricted-change',
          effect: 'STEP_UP',
          control: 'CC6.1',
          reason: 'a change to restricted data needs an approval',
          when: { action_classes: ['write', 'delete', 'execute', 'payment'], min_sensitivity: 'restricted' },
        },
        {
          id: 'delegated-change',
          effect: 'STEP_UP',
          control: 'CC6.3',
          reason: 'a consequential action passed on by another agent needs an approval',
          when: { action_classes: ['delete', 'execute', 'payment'], delegated: true },
        },
        {
          id: 'confidential-outbound',
          effect: 'STEP_UP',
          control: 'CC6.7',
          reason: 'confidential data leaves the tenant only with an approval',
          when: { tools: OUTBOUND, min_sensitivity: 'confidential' },
        },
        {
          id: 'restricted-disposal',
          effect: 'BLOCK',
          control: 'C1.2',
          reason: 'restricted data is disposed of by its owner, not by an agent',
          when: { action_classes: ['delete'], min_sensitivity: 'restricted' },
        },
      ],
    },
  ],
};
