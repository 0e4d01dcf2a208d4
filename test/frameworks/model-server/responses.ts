import { list, pieces, textOf, type Json, type ModelRequest, type Reply } from './conversation.js';

export function readResponses(path: string, body: Json): ModelRequest {
  const results = list(body['input'])
    .filter(({ type }) => type === 'function_call_output')
    .map((item) => ({ id: String(item['call_id']), text: textOf(item['output']), isError: false }));
  const toolNames = list(body['tools']).map(({ name }) => String(name));
  return { path, stream: body['stream'] === true, toolNames, results };
}

/** Clients tell responses apart by it, so it must differ from reply to reply. */
let sequence = 0;

const USAGE = {
  input_tokens: 10,
  output_tokens: 5,
  total_tokens: 15,
  input_tokens_details: { cached_tokens: 0 },
  output_tokens_details: { reasoning_tokens: 0 },
};

export function response(reply: Reply): Json {
  sequence += 1;
  const output =
    reply.kind === 'text'
      ? [
          {
            id: `msg_${sequence}`,
            type: 'message',
            role: 'assistant',
            status: 'completed',
            content: [{ type: 'output_text', text: reply.text, annotations: [] }],
          },
        ]
      : reply.calls.map(({ id, name, args }) => ({
          id: `fc_${sequence}_${id}`,
          type: 'function_call',
          status: 'completed',
          call_id: id,
          name,
          arguments: JSON.stringify(args),
        }));
  return { ...head('completed'), output, usage: USAGE };
}

/** The same as events; the final one repeats the whole output, as the real service does. */
export function* responseEvents(reply: Reply): Iterable<[event: string, data: Json]> {
  const whole = response(reply);
  let position = 0;
  const next = (type: string, rest: Json): [string, Json] => [
    type,
    { type, sequence_number: position++, ...rest },
  ];
  yield next('response.created', { response: head('in_progress') });
  for (const [index, item] of list(whole['output']).entries()) {
    const at = { output_index: index, item_id: item['id'] };
    const bare = item['type'] === 'message' ? { ...item, content: [] } : { ...item, arguments: '' };
    yield next('response.output_item.added', {
      output_index: index,
      item: { ...bare, status: 'in_progress' },
    });
    if (item['type'] === 'message') {
      const text = textOf(item['content']);
      const part = { type: 'output_text', text: '', annotations: [] };
      yield next('response.content_part.added', { ...at, content_index: 0, part });
      for (const delta of pieces(text)) {
        yield next('response.output_text.delta', { ...at, content_index: 0, delta, logprobs: [] });
      }
      yield next('response.output_text.done', { ...at, content_index: 0, text, logprobs: [] });
      yield next('response.content_part.done', { ...at, content_index: 0, part: { ...part, text } });
    } else {
      for (const delta of pieces(String(item['arguments']))) {
        yield next('response.function_call_arguments.delta', { ...at, delta });
      }
      const done = { ...at, name: item['name'], arguments: item['arguments'] };
      yield next('response.function_call_arguments.done', done);
    }
    yield next('response.output_item.done', { output_index: index, item });
  }
  yield next('response.completed', { response: whole });
}

function head(status: string): Json {
  return {
    id: `resp_${sequence}`,
    object: 'response',
    created_at: 1,
    status,
    model: 'scripted',
    error: null,
    incomplete_details: null,
    instructions: null,
    metadata: {},
    output: [],
    parallel_tool_calls: true,
    temperature: 1,
    tool_choice: 'auto',
    tools: [],
    top_p: 1,
  };
}
