// The yardstick for throughput: an SDK that awaits one POST per event, as the public TypeScript one does. Every call
// is PRE, check, tool, POST, one after the other, over a kept-alive connection.
import { randomUUID } from 'node:crypto';
import { Pool } from 'undici';

/** Returns a governed `run` and a way to end its connections. */
export function awaitingLoop(apiUrl) {
  const pool = new Pool(apiUrl, { connections: 16 });
  const post = async (path, body) => {
    const reply = await pool.request({
      path,
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer k' },
      body: JSON.stringify(body),
    });
    const text = await reply.body.text();
    return text === '' ? undefined : JSON.parse(text);
  };
  const event = (phase, input) =>
    post('/v1/events/batch', {
      events: [
        { eventId: randomUUID(), eventType: `TOOL_CALL_${phase}`, toolName: 'search', content: input },
      ],
    });
  return {
    async run(input) {
      await event('PRE', input);
      const { decision } = await post('/v1/enforce', { tool_name: 'search', tool_args: input });
      if (decision !== 'ALLOW') throw new Error('refused');
      await event('POST', input);
      return input;
    },
    close: () => pool.destroy(),
  };
}
