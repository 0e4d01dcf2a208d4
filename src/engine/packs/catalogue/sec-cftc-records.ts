import type { Pack } from '../pack.js';
import { OUTBOUND } from './outbound.js';

/** Books and records of broker-dealers and swap dealers, and supervision of what moves money. */
export const secCftcRecords: Pack = {
  id: 'sec-cftc-records',
  name: 'SEC and CFTC records and supervision',
  regime: 'sec_cftc',
  description: 'Records of the business are kept, and what moves money is supervised.',
  versions: [
    {
      ruleVersion: 1,
      packVersion: '1.0.0',
      createdAt: '2026-02-02T00:00:00.000Z',
      controls: { mismatchBoost: 20, delegationBoost: 20, trustFloor: 0.2, criticalThreshold: 0.9 },
      rules: [
        {
          id: 'records-are-kept',
          effect: 'BLOCK',
          control: '17 CFR 240.17a-4',
          reason: 'records of the business are not deleted by an agent',
          when: {
            action_classes: ['delete'],
            tools: [
              '*record*',
              '*ledger*',
              '*trade*',
              '*order*',
              '*statement*',
              '*communication*',
              '*message*',
            ],
          },
        },
        {
          id: 'supervised-order',
          effect: 'STEP_UP',
          control: '17 CFR 240.15c3-5',
          reason: 'an order or payment passed on by another agent is supervised',
          when: { action_classes: ['payment', 'execute'], delegated: true },
        },
        {
          id: 'material-information',
          effect: 'STEP_UP',
          control: '17 CFR 243.100',
          reason: 'material information is disclosed with an approval only',
          when: {
            tools: OUTBOUND,
            min_sensitivity: 'confidential',
          },
        },
      ],
    },
  ],
};
