export { wrapAnthropicTools, wrapAnthropicTools as instrumentAnthropic } from './instrument.js';

/** Runs one `tool_use` block: takes its `input`, returns the content of the tool result. */
export type AnthropicToolFn<Input = Record<string, unknown>, Output = unknown> = (
  input: Input,
) => Output | Promise<Output>;
