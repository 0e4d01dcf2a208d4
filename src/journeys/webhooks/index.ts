export { startListener } from './listen.js';
export { verifyDelivery } from './verify.js';
