import type { CallResult, Permit } from '../../sdk/call.js';
import type { Account } from '../account/account.js';
import type { OpenCall } from './client-message.js';
import type { ScannedMessage } from './json-scan.js';

/** A call that was permitted and runs at its server; it is ended once, by the reply or without one. */
export class RunningCall {
  readonly #startedAt = performance.now();

  constructor(
    readonly call: OpenCall,
    private readonly permit: Permit,
    private readonly account: Account,
  ) {}

  /** The reply has come. */
  answered(reply: Buffer, { spans }: ScannedMessage): void {
    const result = spans.get('result');
    const flag = spans.get('result.isError');
    const failed =
      result === undefined ||
      (flag !== undefined && reply.toString('latin1', flag.start, flag.end) === 'true');
    this.ended({
      outcome: failed ? 'error' : 'success',
      resultType: 'mcp_result',
      ...(result === undefined ? {} : { resultSizeBytes: result.end - result.start }),
    });
  }

  ended(result: CallResult): void {
    this.permit.finished(result);
    const { attestationId } = this.permit;
    this.account.ended(this.call.name, attestationId, result.outcome, performance.now() - this.#startedAt);
  }
}
