import { usageError } from '../errors/index.js';
import { cleanText } from './sanitise.js';

export interface PromptSurface {
  /** False with `--no-input` or when stdin is not a terminal. */
  readonly attended: boolean;
  readonly signal: AbortSignal;
}

function unattended(question: string, answeredBy: string): Error {
  return usageError(`Input is needed (${question}) but nobody can be asked here.`, `Give ${answeredBy}.`);
}

const context = (signal: AbortSignal) => ({ output: process.stderr, signal });

/** Yes or no; `answeredBy` names the flag or variable that answers without a prompt. */
export async function askYesNo(
  surface: PromptSurface,
  question: string,
  answeredBy: string,
): Promise<boolean> {
  const message = cleanText(question);
  if (!surface.attended) throw unattended(message, answeredBy);
  const { confirm } = await import('@inquirer/prompts');
  return confirm({ message, default: false }, context(surface.signal));
}

/** A line of text. */
export async function askText(surface: PromptSurface, question: string, answeredBy: string): Promise<string> {
  const message = cleanText(question);
  if (!surface.attended) throw unattended(message, answeredBy);
  const { input } = await import('@inquirer/prompts');
  return input({ message, required: true }, context(surface.signal));
}

/** A secret; nothing typed is shown. */
export async function askSecret(
  surface: PromptSurface,
  question: string,
  answeredBy: string,
): Promise<string> {
  const message = cleanText(question);
  if (!surface.attended) throw unattended(message, answeredBy);
  const { password } = await import('@inquirer/prompts');
  return password({ message, mask: false }, context(surface.signal));
}

/** One of several. */
export async function askChoice<Value extends string>(
  surface: PromptSurface,
  question: string,
  choices: readonly { readonly name: string; readonly value: Value }[],
  answeredBy: string,
): Promise<Value> {
  const message = cleanText(question);
  if (!surface.attended) throw unattended(message, answeredBy);
  const { select } = await import('@inquirer/prompts');
  return select<Value>(
    { message, choices: choices.map(({ name, value }) => ({ name: cleanText(name), value })) },
    context(surface.signal),
  );
}
