import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import type { ThothConfig } from '../../../src/sdk/index.js';
import type { Json } from '../scripted-enforcer.js';
import type { Adapter } from './adapter.js';
import { settingsOf, type Settings } from './plain-settings.js';

export type Args = readonly unknown[];
export type Fn = (this: unknown, ...args: unknown[]) => unknown;
export type Reply = { readonly status: number; readonly body: unknown } | undefined;

export class PlainSession {
  readonly sessionId = randomUUID();
  readonly history: string[] = [];
  constructor(
    readonly settings: Settings,
    readonly emit: (event: Json) => void,
  ) {}

  recordTokenSpend(tokens: number): void {
    this.emit({
      event_type: 'LLM_INVOCATION',
      session_id: this.sessionId,
      metadata: { total_tokens: tokens },
    });
  }
}

export class Refusal extends Error {
  override name = 'ThothPolicyViolation';
  readonly [member: string]: unknown;
  constructor(
    readonly reason: string,
    members: Json = {},
  ) {
    super(reason);
    Object.assign(this, members);
  }
}

const WORDS: Record<string, string> = {
  ALLOW: 'ALLOW',
  STEP_UP: 'STEP_UP',
  MODIFY: 'MODIFY',
  DEFER: 'DEFER',
};
const STRICT = ['BLOCK', 'DEFER', 'STEP_UP', 'MODIFY', 'ALLOW'];
const ENTRY_POINTS = ['run', 'invoke', 'execute', 'func', '_call', '_run'];

/**
 * The smallest SDK that has every property: the control of the faulty ones, each of which changes one step of it.
 * Nothing of it comes from the code under test.
 */
export class PlainAdapter implements Adapter {
  protected readonly sessions = new AsyncLocalStorage<PlainSession>();
  protected readonly inside = new AsyncLocalStorage<unknown>();
  protected queue: Json[] = [];
  protected delivery: Promise<unknown> = Promise.resolve();
  protected settings: Settings | undefined;

  instrument(agent: { tools: unknown }, options: ThothConfig = {}, defaults: ThothConfig = {}): void {
    const session = this.begin(this.readOptions(options, defaults));
    const { tools } = agent;
    let governed = 0;
    if (!Array.isArray(tools)) throw new Error('no tools');
    tools.forEach((tool: unknown, index) => {
      if (typeof tool === 'function') {
        tools[index] = this.govern(session, tool.name, tool, tool as Fn);
        governed += 1;
      } else for (const entry of this.entryPoints()) governed += this.replace(session, tool as Json, entry);
    });
    this.wrapped(governed);
  }

  currentSession(): PlainSession | undefined {
    return this.sessions.getStore();
  }

  async flush(): Promise<unknown> {
    if (this.settings !== undefined) this.send(this.settings);
    return this.delivery;
  }

  async close(): Promise<unknown> {
    return Promise.race([this.flush(), new Promise((resolve) => setTimeout(resolve, 300))]);
  }

  protected readOptions(options: ThothConfig, defaults: ThothConfig): Settings {
    return settingsOf(options, defaults);
  }

  protected begin(settings: Settings): PlainSession {
    this.settings = settings;
    return new PlainSession(settings, (event) => void this.queue.push(event));
  }

  protected entryPoints(): readonly string[] {
    return ENTRY_POINTS;
  }

  protected wrapped(count: number): void {
    if (count === 0) throw new Error('no tool could be governed');
  }

  protected replace(session: PlainSession, tool: Json, entry: string): number {
    const original = tool[entry];
    if (typeof original !== 'function') return 0;
    const known: unknown = Reflect.get(original, 'original') ?? original;
    tool[entry] = this.govern(session, String(tool['name']), tool, known as Fn);
    return 1;
  }

  protected govern(session: PlainSession, name: string, tool: unknown, original: Fn): Fn {
    const call = this.call.bind(this);
    const enter = this.enter.bind(this);
    const inner = (): boolean => this.inside.getStore() === tool;
    const isStream = original.constructor.name === 'AsyncGeneratorFunction';
    const governed: Fn = isStream
      ? (...args) => this.stream(session, name, original, args)
      : async function (this: unknown, ...args) {
          if (inner()) return Reflect.apply(original, this, args);
          const use = (values: Args): unknown =>
            enter(session, tool, () => Reflect.apply(original, this, values));
          return call(session, name, args, use);
        };
    return Object.assign(governed, { original });
  }

  protected enter(session: PlainSession, tool: unknown, work: () => unknown): unknown {
    return this.sessions.run(session, () => this.inside.run(tool, work));
  }

  protected async *stream(session: PlainSession, name: string, fn: Fn, args: Args): AsyncGenerator {
    await this.authorize(session, name, args);
    const result: unknown = yield* Reflect.apply(fn, undefined, args) as AsyncGenerator;
    this.event(session, name, 'POST', { outcome: 'success' }, args);
    return result;
  }

  protected async call(
    session: PlainSession,
    name: string,
    args: Args,
    use: (args: Args) => unknown,
  ): Promise<unknown> {
    const { effective, authorization } = await this.authorize(session, name, args);
    session.history.push(name);
    try {
      const result: unknown = await use(effective);
      const facts = { outcome: 'success', authorization_decision: authorization };
      await this.event(session, name, 'POST', facts, args, result);
      return result;
    } catch (error) {
      if (error instanceof SerialisationFault) throw error.cause;
      await this.event(session, name, 'POST', { outcome: 'error', error_class: String(error) }, args);
      throw error;
    }
  }

  protected async authorize(session: PlainSession, name: string, args: Args): Promise<Permitted> {
    await this.event(session, name, 'PRE', {}, args);
    if (session.settings.enforcement === 'observe') {
      void this.ask(session, name, args);
      return { effective: args, authorization: 'ALLOW' };
    }
    try {
      return await this.decide(session, args, await this.ask(session, name, args));
    } catch (error) {
      await this.event(session, name, 'BLOCK', { authorization_decision: 'BLOCK' }, args);
      throw error;
    }
  }

  protected async decide(session: PlainSession, args: Args, reply: Reply): Promise<Permitted> {
    if (reply === undefined || reply.status >= 500) return this.down(session, args);
    if (reply.status !== 200) {
      throw this.refusal(`enforcer rejected request (status=${reply.status})`, {
        source: 'enforcer_rejected',
      });
    }
    const body = reply.body as Json;
    switch (this.word(body)) {
      case 'ALLOW':
        return { effective: args, authorization: 'ALLOW' };
      case 'MODIFY':
        return { effective: this.modified(args, body), authorization: 'MODIFY' };
      case 'STEP_UP':
        return this.stepUp(session, args, body);
      default:
        await this.explain(session, args);
        throw this.refusal(String(body['reason'] ?? 'blocked'), this.details(body));
    }
  }

  protected details(body: Json): Json {
    return {
      source: 'policy',
      violationId: body['violation_id'],
      decisionReasonCode: body['decision_reason_code'],
      riskScore: body['risk_score'],
    };
  }

  protected down(session: PlainSession, args: Args): Permitted {
    if (session.settings.failOpen) return { effective: args, authorization: 'ALLOW' };
    throw this.refusal('enforcer unavailable', { source: 'enforcer_unavailable' });
  }

  protected word(body: Json): string {
    const said = [body['decision'], body['authorization_decision']].filter((word) => word !== undefined);
    const words = said.map((word) => WORDS[String(word)] ?? 'BLOCK');
    return STRICT.find((word) => words.includes(word)) ?? 'BLOCK';
  }

  protected modified(args: Args, body: Json): Args {
    const changed = body['modified_tool_args'];
    if (args.length === 1 && typeof args[0] === 'object' && typeof changed === 'object' && changed !== null) {
      return [changed];
    }
    throw this.refusal('cannot be applied', {
      source: 'policy',
      decisionReasonCode: 'modify_not_applicable',
    });
  }

  protected async stepUp(session: PlainSession, args: Args, first: Json): Promise<Permitted> {
    const token = first['hold_token'];
    if (typeof token !== 'string') throw this.refusal('no token', { source: 'step_up' });
    const end = Date.now() + session.settings.stepUpTimeoutMinutes * 60_000;
    for (;;) {
      const reply = await this.request(session, 'GET', `/v1/enforce/hold/${token}`);
      if (this.isDead(reply)) throw this.refusal('the hold is gone', { source: 'step_up' });
      const body = reply?.body as Json | undefined;
      if (body?.['resolved'] === true) return this.resolved(args, body);
      this.pending();
      if (Date.now() > end) throw this.refusal('step-up auth timeout', { source: 'step_up' });
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  protected pending(): void {
    // A hold that is pending is polled again.
  }

  protected isDead(reply: Reply): boolean {
    return reply?.status === 404 || reply?.status === 403;
  }

  protected resolved(args: Args, body: Json): Permitted {
    const word = String(body['resolution']);
    if (word === 'ALLOW') return { effective: args, authorization: 'ALLOW' };
    if (word === 'MODIFY') return { effective: this.modified(args, body), authorization: 'MODIFY' };
    throw this.refusal('denied', { source: 'step_up' });
  }

  protected async explain(_session: PlainSession, _args: Args): Promise<void> {
    // Off by default.
  }

  protected refusal(reason: string, members: Json): Refusal {
    return new Refusal(reason, members);
  }

  protected historyWith(session: PlainSession, name: string): string[] {
    return [...session.history, name].slice(-128);
  }

  protected ask(session: PlainSession, name: string, args: Args): Promise<Reply> {
    const { settings } = session;
    let toolArgs: unknown = {};
    try {
      toolArgs = JSON.parse(JSON.stringify(args[0] ?? {}));
    } catch {
      toolArgs = { args: ['[unreadable]'] };
    }
    return this.request(session, 'POST', '/v1/enforce', {
      agent_id: settings.agentId,
      user_id: settings.userId,
      tool_name: name,
      tool_args: toolArgs,
      session_id: session.sessionId,
      session_tool_calls: this.historyWith(session, name),
      enforcement_mode: settings.enforcement,
    });
  }

  protected timeoutMs(session: PlainSession): number {
    return session.settings.enforceTimeoutMs;
  }

  protected async request(
    session: PlainSession,
    method: string,
    path: string,
    body?: unknown,
  ): Promise<Reply> {
    try {
      const reply = await fetch(`${session.settings.apiUrl}${path}`, {
        method,
        headers: { authorization: `Bearer ${session.settings.apiKey}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(this.timeoutMs(session)),
      });
      const text = await reply.text();
      return { status: reply.status, body: text === '' ? undefined : JSON.parse(text) };
    } catch {
      return undefined;
    }
  }

  protected event(
    session: PlainSession,
    name: string,
    phase: string,
    metadata: Json,
    _args: Args,
    _result?: unknown,
  ): void | Promise<void> {
    this.queue.push({
      event_id: randomUUID(),
      event_type: `TOOL_CALL_${phase}`,
      tool_name: name,
      session_id: session.sessionId,
      metadata: { event_phase: phase.toLowerCase(), ...metadata },
    });
    if (this.queue.length >= 10) this.send(session.settings);
  }

  protected send(settings: Settings): void {
    const batch = this.queue.splice(0);
    if (batch.length > 0) this.delivery = this.delivery.then(() => this.deliver(settings, batch));
  }

  protected async deliver(settings: Settings, batch: readonly Json[]): Promise<void> {
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const reply = await this.post(settings, batch);
      if (reply !== undefined && reply.status < 500) return;
    }
  }

  protected post(settings: Settings, batch: readonly Json[]): Promise<Reply> {
    return this.request(new PlainSession(settings, () => undefined), 'POST', '/v1/events/batch', batch);
  }
}

export interface Permitted {
  readonly effective: Args;
  readonly authorization: string;
}

/** Thrown by an adapter whose telemetry breaks the call. */
export class SerialisationFault extends Error {
  override readonly name = 'SerialisationFault';
}
