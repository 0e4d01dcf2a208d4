export { wrapOpenAITools, wrapOpenAITools as instrumentOpenAI } from './instrument.js';

/** Runs one tool call: takes its parsed arguments, returns the content of the tool message. */
export type OpenAIToolFn<Arguments = Record<string, unknown>, Output = unknown> = (
  args: Arguments,
) => Output | Promise<Output>;
