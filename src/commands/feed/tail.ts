import { FEED, FEED_COLUMNS } from '../../journeys/follow/index.js';
import { tailCommand } from './tail-command.js';

export default tailCommand('Follow decisions as they happen', FEED, FEED_COLUMNS);
