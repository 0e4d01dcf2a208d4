import { isJson, list, pieces, textOf, type Json, type ModelRequest, type Reply } from './conversation.js';

export function readChat(path: string, body: Json): ModelRequest {
  const results = list(body['messages'])
    .filter(({ role }) => role === 'tool')
    .map((message) => ({
      id: String(message['tool_call_id']),
      text: textOf(message['content']),
      isError: false,
    }));
  const toolNames = list(body['tools']).map(({ function: fn }) => (isJson(fn) ? String(fn['name']) : ''));
  return { path, stream: body['stream'] === true, toolNames, results };
}

/** Clients tell messages apart by it, so it must differ from reply to reply. */
let sequence = 0;

const USAGE = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 };

export function completion(reply: Reply): Json {
  sequence += 1;
  const message =
    reply.kind === 'text'
      ? { role: 'assistant', content: reply.text, refusal: null }
      : {
          role: 'assistant',
          content: null,
          refusal: null,
          tool_calls: reply.calls.map(({ id, name, args }) => ({
            id,
            type: 'function',
            function: { name, arguments: JSON.stringify(args) },
          })),
        };
  const finish = reply.kind === 'text' ? 'stop' : 'tool_calls';
  return {
    ...head('chat.completion'),
    choices: [{ index: 0, message, finish_reason: finish, logprobs: null }],
    usage: USAGE,
  };
}

/** The same as chunks; the pieces of parallel calls are interleaved, as the real service may send them. */
export function* completionChunks(reply: Reply): Iterable<Json> {
  sequence += 1;
  yield chunk({ role: 'assistant', content: reply.kind === 'text' ? '' : null });
  if (reply.kind === 'text') {
    for (const content of pieces(reply.text)) yield chunk({ content });
  } else {
    const open = reply.calls.map((call, index) => ({ index, call, rest: pieces(JSON.stringify(call.args)) }));
    for (const { index, call } of open) {
      const start = { index, id: call.id, type: 'function', function: { name: call.name, arguments: '' } };
      yield chunk({ tool_calls: [start] });
    }
    while (open.some(({ rest }) => rest.length > 0)) {
      for (const { index, rest } of open) {
        const piece = rest.shift();
        if (piece !== undefined) yield chunk({ tool_calls: [{ index, function: { arguments: piece } }] });
      }
    }
  }
  yield chunk({}, reply.kind === 'text' ? 'stop' : 'tool_calls');
  yield { ...head('chat.completion.chunk'), choices: [], usage: USAGE };
}

function chunk(delta: Json, finish: string | null = null): Json {
  return { ...head('chat.completion.chunk'), choices: [{ index: 0, delta, finish_reason: finish }] };
}

function head(object: string): Json {
  return { id: `chatcmpl-${sequence}`, object, created: 1, model: 'scripted' };
}
