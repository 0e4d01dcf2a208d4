import type { Migration } from './index.js';

/** Who made each credential. Null for the first of an installation, and for those made before this was recorded. */
export const makers: Migration = {
  version: 3,
  name: 'makers',
  sql: `
ALTER TABLE api_keys ADD COLUMN minted_by TEXT;
ALTER TABLE admin_sessions ADD COLUMN minted_by TEXT;
ALTER TABLE login_codes ADD COLUMN issued_by TEXT;
ALTER TABLE approval_votes ADD COLUMN minted_by TEXT;
`,
};
