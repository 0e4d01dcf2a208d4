import { verdictCommand } from './verdict.js';

export default verdictCommand('approve', 'Let a held call go ahead');
