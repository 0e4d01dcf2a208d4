/** Policy inputs expire in the order of their chain; an index by age cost every decision and served one sweep an hour. */
export const leanDecisions = `
DROP INDEX policy_inputs_by_age;
`;
