/** Where the rows of a page are, and how many there are in all when the server says so. */
export interface Page<Row> {
  readonly rows: readonly Row[];
  readonly total?: number | undefined;
}

/**
 * Rows of a list paged by `page` and `per_page`. Stops at a short page or at the total, so a server that ignores
 * paging and sends everything is read once.
 */
export async function* byPage<Row>(
  size: number,
  fetch: (query: { readonly page: number; readonly per_page: number }) => Promise<Page<Row>>,
): AsyncGenerator<Row> {
  let read = 0;
  for (let page = 1; ; page += 1) {
    const { rows, total } = await fetch({ page, per_page: size });
    yield* rows;
    read += rows.length;
    if (rows.length !== size || (total !== undefined && read >= total)) return;
  }
}

/** Rows of a list paged by `limit` and `offset`. */
export async function* byOffset<Row>(
  size: number,
  fetch: (query: { readonly limit: number; readonly offset: number }) => Promise<Page<Row>>,
): AsyncGenerator<Row> {
  for (let offset = 0; ;) {
    const { rows, total } = await fetch({ limit: size, offset });
    yield* rows;
    offset += rows.length;
    if (rows.length !== size || (total !== undefined && offset >= total)) return;
  }
}

/** Rows of a chain paged by an exclusive lower bound. Rows a server repeats are left out. */
export async function* bySequence<Row>(
  from: number,
  size: number,
  position: (row: Row) => number,
  fetch: (query: { readonly from_sequence: number; readonly limit: number }) => Promise<Page<Row>>,
): AsyncGenerator<Row> {
  for (let after = from; ;) {
    const { rows } = await fetch({ from_sequence: after, limit: size });
    const bound = after;
    const fresh = rows.filter((row) => position(row) > bound);
    yield* fresh;
    const last = fresh.at(-1);
    if (last === undefined) return;
    after = position(last);
  }
}
