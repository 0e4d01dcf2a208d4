import type { OperationOutput } from '../../contract/index.js';
import type { GovApi } from '../../govapi/client.js';

type Page = OperationOutput<'exportEvidence'>;
const PAGE = 1000;

/** Walks a chain page by page; after the walk `head` is the signed end that came with the last page. */
export class ChainDownload {
  #head: Page['head'] | undefined;

  constructor(
    private readonly api: Pick<GovApi, 'call'>,
    private readonly options: {
      readonly signal?: AbortSignal | undefined;
      readonly onPage?: ((records: number, of: number) => void) | undefined;
    },
  ) {}

  get head(): Page['head'] | undefined {
    return this.#head;
  }

  async *records(): AsyncGenerator<Page['data'][number]> {
    let read = 0;
    for (let after: number | null = 0; after !== null;) {
      const page: Page = await this.api.call(
        'exportEvidence',
        { query: { from_sequence: after, limit: PAGE } },
        { signal: this.options.signal },
      );
      this.#head = page.head;
      read += page.data.length;
      this.options.onPage?.(read, page.head.chain_index);
      yield* page.data;
      // A server that names a place it already gave would keep us here for ever.
      after = page.next_sequence !== null && page.next_sequence > after ? page.next_sequence : null;
    }
  }
}
