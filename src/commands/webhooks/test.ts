import { triggerCommand } from '../../cli/declare.js';

export default triggerCommand({
  operation: 'testWebhook',
  summary: 'Send a test event to the webhook; exit 10 when the receiver does not accept it',
  body: () => ({}),
  exit: (output) => (output.status === 'delivered' ? undefined : 'checkFailed'),
});
