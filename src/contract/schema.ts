import type * as z from 'zod/mini';

/** A generated validator whose accepted value has the generated type `T`; checked by the compiler, not asserted. */
export type Schema<T> = z.ZodMiniType<T>;

/** Types of one operation, as the generator emits them. `path` leaves `tenantId` out. */
export interface OperationShape {
  readonly path: object;
  readonly query: object;
  readonly body: unknown;
  readonly output: unknown;
  readonly row: unknown;
}

/** Validators of one operation. Each is built at its first use: building all of them would cost every start-up. */
export interface OperationSchemas<T extends OperationShape> {
  readonly path: () => Schema<T['path']>;
  /** Decodes text as it stands in a URL: `"5"` passes as an integer and comes out as one. */
  readonly query: () => Schema<T['query']>;
  readonly request?: () => Schema<T['body']>;
  /** By success status. */
  readonly responses: Readonly<Record<number, () => Schema<T['output']>>>;
  /** Body of every declared failure. */
  readonly error: () => Schema<{ readonly message: string }>;
  /** One row of an event stream. */
  readonly row?: () => Schema<T['row']>;
}

/** What belongs to one resource of the contract. */
export interface ResourceSchemas<Types extends Readonly<Record<Id, OperationShape>>, Id extends keyof Types> {
  /** The named schemas that no other resource uses. */
  readonly shapes: Readonly<Record<string, () => Schema<unknown>>>;
  readonly operations: { readonly [Each in Id]: OperationSchemas<Types[Each]> };
}

/** Builds once, on demand. */
export function once<T>(build: () => T): () => T {
  let built: { readonly value: T } | undefined;
  return () => (built ??= { value: build() }).value;
}
