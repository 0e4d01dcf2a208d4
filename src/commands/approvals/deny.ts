import { verdictCommand } from './verdict.js';

export default verdictCommand('deny', 'Refuse a held call');
