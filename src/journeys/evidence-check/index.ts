export { exportChain } from './export.js';
export { reportExit, reportView, type EvidenceReport } from './report.js';
export { verifyAtServer, verifyDownloaded, verifyLocalFile } from './verify.js';
