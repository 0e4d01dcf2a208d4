import type { Pack } from '../pack.js';
import { OUTBOUND } from './outbound.js';

/** Personal data counts as confidential, special categories as restricted. */
export const gdprAiAgents: Pack = {
  id: 'gdpr-ai-agents',
  name: 'GDPR for AI agents',
  regime: 'gdpr',
  description: 'Personal data is used for a stated purpose, and special categories stay inside.',
  versions: [
    {
      ruleVersion: 1,
      packVersion: '1.0.0',
      createdAt: '2026-02-02T00:00:00.000Z',
      controls: { mismatchBoost: 20, delegationBoost: 10, trustFloor: 0.2, criticalThreshold: 0.85 },
      rules: [
        {
          id: 'purpose-limitation',
          effect: 'STEP_UP',
          control: 'Art. 5(1)(b)',
          reason: 'personal data is processed for a stated purpose only',
          when: { purposes: [''], min_sensitivity: 'confidential' },
        },
        {
          id: 'special-category-outbound',
          effect: 'BLOCK',
          control: 'Art. 9',
          reason: 'special categories of personal data do not leave through an agent',
          when: {
            tools: OUTBOUND,
            min_sensitivity: 'restricted',
          },
        },
      ],
    },
    {
      ruleVersion: 2,
      packVersion: '1.1.0',
      createdAt: '2026-06-15T00:00:00.000Z',
      controls: { mismatchBoost: 25, delegationBoost: 12, trustFloor: 0.2, criticalThreshold: 0.85 },
      rules: [
        {
          id: 'purpose-limitation',
          effect: 'STEP_UP',
          control: 'Art. 5(1)(b)',
          reason: 'personal data is processed for a stated purpose only',
          when: { purposes: [''], min_sensitivity: 'confidential' },
        },
        {
          id: 'special-category-outbound',
          effect: 'BLOCK',
          control: 'Art. 9',
          reason: 'special categories of personal data do not leave through an agent',
          when: {
            tools: OUTBOUND,
            min_sensitivity: 'restricted',
          },
        },
        {
          id: 'erasure',
          effect: 'STEP_UP',
          control: 'Art. 17',
          reason: 'a person confirms the erasure of personal data',
          when: { action_classes: ['delete'], min_sensitivity: 'confidential' },
        },
        {
          id: 'automated-decision',
          effect: 'STEP_UP',
          control: 'Art. 22',
          reason: 'a decision about a person is not left to a machine alone',
          when: {
            tools: ['*profile*', '*score*', '*rank*', '*eligib*'],
            min_sensitivity: 'confidential',
          },
        },
      ],
    },
  ],
};
