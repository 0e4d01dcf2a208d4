import type { Command, Interfaces } from '@oclif/core';
import type { OperationId, OperationInput, OperationOutput } from '../contract/index.js';
import type { ExitName } from '../errors/index.js';
import type { Column, Result, Row, View } from '../output/index.js';
import { ThothCommand } from './command.js';
import { operationEntry } from '../contract/index.js';
import { hasPages } from '../govapi/pages.js';
import { allFlag, dryRunFlag, type baseFlags } from './flags.js';
import { readList } from './list-pages.js';

type Flags<F extends Interfaces.FlagInput> = Interfaces.InferredFlags<typeof baseFlags & F>;
type Args<A extends Interfaces.ArgInput> = Interfaces.InferredArgs<A>;

interface Given<F extends Interfaces.FlagInput, A extends Interfaces.ArgInput> {
  readonly flags: Flags<F>;
  readonly args: Args<A>;
}

/** What every declared command says about itself. */
interface Declared<Id extends OperationId, F extends Interfaces.FlagInput, A extends Interfaces.ArgInput> {
  readonly operation: Id;
  readonly summary: string;
  readonly description?: string;
  readonly examples?: Command.Example[];
  readonly hiddenAliases?: string[];
  /** Outcomes beside the usual ones, for help and manual. */
  readonly exitCodes?: readonly ExitName[];
  readonly flags?: F;
  readonly args?: A;
  /** Path parameters other than the tenant. */
  readonly path?: (given: Given<F, A>) => OperationInput<Id>['path'];
  readonly query?: (given: Given<F, A>) => OperationInput<Id>['query'];
}

interface ListSpec<
  Id extends OperationId,
  F extends Interfaces.FlagInput,
  A extends Interfaces.ArgInput,
> extends Declared<Id, F, A> {
  readonly columns: readonly Column[];
  /** Items of the reply, one per table row. */
  readonly rows: (output: OperationOutput<Id>) => readonly Row[];
  /** Shown on a terminal instead of an empty table. */
  readonly empty?: string;
}

interface ShowSpec<
  Id extends OperationId,
  F extends Interfaces.FlagInput,
  A extends Interfaces.ArgInput,
> extends Declared<Id, F, A> {
  /** Human form; without it every member of the reply is shown. */
  readonly view?: (output: OperationOutput<Id>) => View;
  /** Exit other than 0 decided by the reply, for example a failed test. */
  readonly exit?: (output: OperationOutput<Id>) => ExitName | undefined;
}

interface TriggerSpec<
  Id extends OperationId,
  F extends Interfaces.FlagInput,
  A extends Interfaces.ArgInput,
> extends ShowSpec<Id, F, A> {
  readonly body?: (given: Given<F, A>) => OperationInput<Id>['body'];
  /** Body of a request by which the server itself tells what it would do; `--dry-run` then sends this one. */
  readonly preview?: (given: Given<F, A>) => OperationInput<Id>['body'];
  /** What the reply does not say and the user would be misled without, as a warning. */
  readonly caution?: (output: OperationOutput<Id>, given: Given<F, A>) => string | undefined;
  /** For destructive verbs: what will happen, shown with tenant and context before asking. */
  readonly confirm?: (given: Given<F, A>) => string;
}

type NoFlags = Record<never, never>;

function inputOf<Id extends OperationId, F extends Interfaces.FlagInput, A extends Interfaces.ArgInput>(
  spec: Declared<Id, F, A> & { readonly body?: (given: Given<F, A>) => OperationInput<Id>['body'] },
  given: Given<F, A>,
): OperationInput<Id> {
  return {
    ...(spec.path && { path: spec.path(given) }),
    ...(spec.query && { query: spec.query(given) }),
    ...(spec.body && { body: spec.body(given) }),
  };
}

/** Statics and typed input shared by the three kinds; the class body of each is only its verb. */
function declared<Id extends OperationId, F extends Interfaces.FlagInput, A extends Interfaces.ArgInput>(
  spec: Declared<Id, F, A>,
  extraFlags: Interfaces.FlagInput,
  execute: (command: Access, given: Given<F, A>) => Promise<Result>,
): Command.Class {
  class DeclaredCommand extends ThothCommand<typeof Command> {
    static override summary = spec.summary;
    static override description = spec.description;
    static override examples = spec.examples ?? [];
    static override hiddenAliases = spec.hiddenAliases ?? [];
    static override exitCodes = spec.exitCodes ?? [];
    static override flags: Interfaces.FlagInput = { ...spec.flags, ...extraFlags };
    static override args: Interfaces.ArgInput = spec.args ?? {};

    protected execute(): Promise<Result> {
      // The parser produced these from exactly the declarations in `spec`.
      const given = { flags: this.flags, args: this.args } as Given<F, A>;
      return execute(
        {
          api: () => this.api(),
          confirm: (what) => this.confirm(what),
          signal: this.signal,
          dryRun: this.dryRun,
          notice: (text) => this.out.notice(text),
          warn: (text) => this.out.warn(text),
        },
        given,
      );
    }
  }
  return DeclaredCommand;
}

/** What a declared verb may use of its command. */
interface Access {
  readonly api: () => ReturnType<ThothCommand<typeof Command>['api']>;
  readonly confirm: (what: string) => Promise<void>;
  readonly signal: AbortSignal;
  readonly dryRun: boolean;
  readonly notice: (text: string) => void;
  readonly warn: (text: string) => void;
}

/** A reply without a body is still one document. */
function dataOf(output: unknown): object {
  return typeof output === 'object' && output !== null ? output : {};
}

/** A command that lists a resource. */
export function listCommand<
  Id extends OperationId,
  F extends Interfaces.FlagInput = NoFlags,
  A extends Interfaces.ArgInput = NoFlags,
>(spec: ListSpec<Id, F, A>): Command.Class {
  const paging = hasPages(operationEntry(spec.operation).pagination);
  return declared(spec, paging ? allFlag(spec.flags ?? {}) : {}, async ({ api, ...reader }, given) => {
    const { data, pages } = await readList(
      { ...reader, govapi: await api(), flags: given.flags },
      spec.operation,
      inputOf(spec, given),
      spec.rows,
    );
    const rows = pages.flatMap((page) => spec.rows(page));
    return {
      data: dataOf(data),
      view: {
        kind: 'table',
        columns: spec.columns,
        rows,
        ...(spec.empty !== undefined && { empty: spec.empty }),
      },
    };
  });
}

function finished<Id extends OperationId, F extends Interfaces.FlagInput, A extends Interfaces.ArgInput>(
  spec: ShowSpec<Id, F, A>,
  output: OperationOutput<Id>,
): Result {
  const exit = spec.exit?.(output);
  const data = dataOf(output);
  return {
    data,
    ...(spec.view ? { view: spec.view(output) } : { rows: [{ ...data }] }),
    ...(exit && { exit }),
  };
}

/** A command that shows one thing. */
export function showCommand<
  Id extends OperationId,
  F extends Interfaces.FlagInput = NoFlags,
  A extends Interfaces.ArgInput = NoFlags,
>(spec: ShowSpec<Id, F, A>): Command.Class {
  return declared(spec, {}, async ({ api, signal }, given) => {
    const output = await (await api()).call(spec.operation, inputOf(spec, given), { signal });
    return finished(spec, output);
  });
}

/** A command that changes something by one request. It has `--dry-run`, and asks first when `confirm` is given. */
export function triggerCommand<
  Id extends OperationId,
  F extends Interfaces.FlagInput = NoFlags,
  A extends Interfaces.ArgInput = NoFlags,
>(spec: TriggerSpec<Id, F, A>): Command.Class {
  return declared(spec, dryRunFlag, async ({ api, confirm, signal, dryRun, warn }, given) => {
    const govapi = await api();
    const input = inputOf(spec, given);
    if (dryRun && spec.preview) {
      const asked = { ...input, body: spec.preview(given) };
      return finished(spec, await govapi.call(spec.operation, asked, { signal }));
    }
    if (dryRun)
      return { data: { dry_run: true, tenant_id: govapi.tenantId, operation: spec.operation, ...input } };
    if (spec.confirm) await confirm(spec.confirm(given));
    const output = await govapi.call(spec.operation, input, { signal });
    const caution = spec.caution?.(output, given);
    if (caution !== undefined) warn(caution);
    return finished(spec, output);
  });
}
