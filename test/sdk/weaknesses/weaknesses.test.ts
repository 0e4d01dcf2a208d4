import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ScriptedEnforcer } from '../scripted-enforcer.js';
import { Violated, type Adapter, type Property } from './adapter.js';
import { ours } from './ours.js';
import { PlainAdapter } from './plain-adapter.js';
import * as decisions from './properties/decisions.js';
import * as delivery from './properties/delivery.js';
import * as life from './properties/life.js';
import * as setup from './properties/setup.js';

/**
 * The weaknesses of SDK behaviour 19 by their numbers. Each is a property that holds on our SDK, holds on the control
 * and is violated by the control with that one weakness. W15, W18 and W32 stand in files of their own, W31 belongs
 * to the static policy check.
 */
const PROPERTIES: Readonly<Record<string, Property>> = { ...decisions, ...delivery, ...life, ...setup };
const numbered = Object.entries(PROPERTIES).sort(([a], [b]) => Number(a.slice(1)) - Number(b.slice(1)));

let enforcer: ScriptedEnforcer;
const used: Adapter[] = [];
beforeEach(async () => {
  enforcer = await ScriptedEnforcer.start();
});
afterEach(async () => {
  for (const adapter of used.splice(0)) await adapter.close().catch(() => undefined);
  await enforcer.stop();
});

async function faulty(name: string): Promise<Adapter> {
  const module = (await import(`./faulty/${name}.ts`)) as { Faulty: new () => Adapter };
  return new module.Faulty();
}

async function violation(property: Property, adapter: Adapter): Promise<string | undefined> {
  used.push(adapter);
  try {
    await property(adapter, enforcer);
    return undefined;
  } catch (error) {
    if (error instanceof Violated) return error.message;
    throw error;
  }
}

describe.each(numbered)('%s', (name, property) => {
  it('holds on our SDK', async () => {
    expect(await violation(property, ours())).toBeUndefined();
  });

  it('holds on the control', async () => {
    expect(await violation(property, new PlainAdapter())).toBeUndefined();
  });

  it('goes red on the faulty adapter', async () => {
    expect(await violation(property, await faulty(name))).toBeTypeOf('string');
  });
});

it('covers every weakness that is a matter of behaviour', () => {
  const elsewhere = new Set([15, 18, 31, 32]);
  const all = Array.from({ length: 32 }, (_, index) => index + 1).filter((number) => !elsewhere.has(number));
  expect(numbered.map(([name]) => name)).toEqual(all.map((number) => `w${number}`));
});
