import { decimal, Flags } from './flags.js';

/** Of the reports that price model calls. */
export const COST_FLAGS = {
  days: Flags.integer({ description: 'days to look back', min: 1 }),
  rate: Flags.custom<number>({
    description: 'US dollars per 1000 tokens of what has no price',
    helpValue: '<number>',
    parse: decimal,
  })(),
};

export function costQuery({ days, rate }: { days?: number | undefined; rate?: number | undefined }): {
  days?: number;
  rate?: number;
} {
  return { ...(days && { days }), ...(rate !== undefined && { rate }) };
}
