import { list, pieces, textOf, type Json, type ModelRequest, type Reply } from './conversation.js';

export function readMessages(path: string, body: Json): ModelRequest {
  const results = list(body['messages'])
    .flatMap(({ content }) => list(content))
    .filter(({ type }) => type === 'tool_result')
    .map((block) => ({
      id: String(block['tool_use_id']),
      text: textOf(block['content']),
      isError: block['is_error'] === true,
    }));
  const toolNames = list(body['tools']).map(({ name }) => String(name));
  return { path, stream: body['stream'] === true, toolNames, results };
}

/** Clients tell messages apart by it, so it must differ from reply to reply. */
let sequence = 0;

const USAGE = { input_tokens: 10, output_tokens: 5 };

export function message(reply: Reply): Json {
  const content =
    reply.kind === 'text'
      ? [{ type: 'text', text: reply.text }]
      : reply.calls.map(({ id, name, args }) => ({ type: 'tool_use', id, name, input: args }));
  return {
    id: `msg_${(sequence += 1)}`,
    type: 'message',
    role: 'assistant',
    model: 'scripted',
    content,
    stop_reason: reply.kind === 'text' ? 'end_turn' : 'tool_use',
    stop_sequence: null,
    usage: USAGE,
  };
}

/** The same message as server-sent events: every block opened, filled in pieces and closed. */
export function* messageEvents(reply: Reply): Iterable<[event: string, data: Json]> {
  const whole = message(reply);
  yield ['message_start', event('message_start', { message: { ...whole, content: [], stop_reason: null } })];
  for (const [index, block] of list(whole['content']).entries()) {
    const empty = block['type'] === 'text' ? { ...block, text: '' } : { ...block, input: {} };
    yield ['content_block_start', event('content_block_start', { index, content_block: empty })];
    for (const piece of pieces(textOrInput(block))) {
      const delta =
        block['type'] === 'text'
          ? { type: 'text_delta', text: piece }
          : { type: 'input_json_delta', partial_json: piece };
      yield ['content_block_delta', event('content_block_delta', { index, delta })];
    }
    yield ['content_block_stop', event('content_block_stop', { index })];
  }
  const delta = { stop_reason: whole['stop_reason'], stop_sequence: null };
  yield ['message_delta', event('message_delta', { delta, usage: USAGE })];
  yield ['message_stop', event('message_stop', {})];
}

function textOrInput(block: Json): string {
  return block['type'] === 'text' ? String(block['text']) : JSON.stringify(block['input']);
}

function event(type: string, rest: Json): Json {
  return { type, ...rest };
}
