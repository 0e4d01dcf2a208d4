import { VIOLATIONS, VIOLATION_COLUMNS } from '../../journeys/follow/index.js';
import { tailCommand } from '../feed/tail-command.js';

export default tailCommand('Follow violations as they happen', VIOLATIONS, VIOLATION_COLUMNS);
