import { usageError } from '../errors/index.js';
import { cleanText } from './sanitise.js';

export interface PromptSurface {
  /** False with `--no-input` or when stdin is not a terminal. */
  readonly attended: boolean;
  readonly signal: AbortSignal;
}

/** A prompt that asks on stderr, since stdout carries the result and nothing else. `answeredBy` names the flag or variable that answers without it. */
async function promptOn(surface: PromptSurface, message: string, answeredBy: string) {
  if (!surface.attended)
    throw usageError(`Input is needed (${message}) but nobody can be asked here.`, `Give ${answeredBy}.`);
  const { createPromptModule } = (await import('inquirer')).default;
  return createPromptModule({ output: process.stderr, signal: surface.signal });
}

/** How long a terminal gets to hand over what was typed before the question. */
const TYPED_AHEAD_MS = 100;

/** Drops what was typed before the question was on the screen: nobody meant it as the answer. */
async function dropTypedAhead(): Promise<void> {
  const { stdin } = process;
  if (!stdin.isTTY) return;
  const drop = () => {};
  stdin.setRawMode(true);
  stdin.on('data', drop).resume();
  await new Promise((resolve) => setTimeout(resolve, TYPED_AHEAD_MS));
  stdin.off('data', drop).pause();
  stdin.setRawMode(false);
}

/** Yes or no; `answeredBy` names the flag or variable that answers without a prompt. */
export async function askYesNo(
  surface: PromptSurface,
  question: string,
  answeredBy: string,
): Promise<boolean> {
  const message = cleanText(question);
  const prompt = await promptOn(surface, message, answeredBy);
  const { answer } = await prompt<{ answer: boolean }>([
    { type: 'confirm', name: 'answer', message, default: false },
  ]);
  return answer;
}

/** A line of text. */
export async function askText(surface: PromptSurface, question: string, answeredBy: string): Promise<string> {
  const message = cleanText(question);
  const prompt = await promptOn(surface, message, answeredBy);
  const { answer } = await prompt<{ answer: string }>([
    { type: 'input', name: 'answer', message, required: true },
  ]);
  return answer;
}

/** A secret; nothing typed is shown. */
export async function askSecret(
  surface: PromptSurface,
  question: string,
  answeredBy: string,
): Promise<string> {
  const message = cleanText(question);
  const prompt = await promptOn(surface, message, answeredBy);
  const { answer } = await prompt<{ answer: string }>([
    { type: 'password', name: 'answer', message, mask: false },
  ]);
  return answer;
}

/** One of several, for questions that come unasked: only what is typed after it is shown counts. */
export async function askChoice<Value extends string>(
  surface: PromptSurface,
  question: string,
  choices: readonly { readonly name: string; readonly value: Value }[],
  answeredBy: string,
): Promise<Value> {
  const message = cleanText(question);
  const prompt = await promptOn(surface, message, answeredBy);
  await dropTypedAhead();
  const shown = choices.map(({ name, value }) => ({ name: cleanText(name), value }));
  const { answer } = await prompt<{ answer: string }>([
    { type: 'select', name: 'answer', message, choices: shown },
  ]);
  const chosen = choices.find(({ value }) => value === answer);
  if (chosen === undefined) throw usageError(`${answer} is not one of the choices.`);
  return chosen.value;
}
