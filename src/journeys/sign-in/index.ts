export { bearerOf } from './bearer.js';
export { login } from './login.js';
export { logout } from './logout.js';
export { authStatus, statusView } from './status.js';
export { loginClients } from './clients.js';
