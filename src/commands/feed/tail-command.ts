import { ThothCommand } from '../../cli/command.js';
import { cursorPlace, tail, tailFlags, wantedRows, type FollowSource } from '../../journeys/follow/index.js';
import type { Column } from '../../output/port.js';

/** A tail differs from another in what it follows; the name of the source is its topic. */
export function tailCommand(summary: string, source: FollowSource, columns: readonly Column[]) {
  return class Tail extends ThothCommand<typeof Tail> {
    static override summary = summary;
    static override description =
      'Rows come in the order they were committed. With --resume or --cursor-file the position is saved after a row was written out, so that a tail continues without loss; a restart of the server is waited out.';
    static override examples = [
      `<%= config.bin %> ${source.name} tail`,
      `<%= config.bin %> ${source.name} tail --from start --limit 20`,
      `<%= config.bin %> ${source.name} tail --resume siem --json >> ${source.name}.ndjson`,
    ];
    static override onSignal = 'finish' as const;
    static override flags = { ...tailFlags };

    async execute(): Promise<void> {
      const api = await this.api({ longLived: true });
      const { resume, from, limit } = this.flags;
      const named = resume === undefined ? undefined : cursorPlace(api.tenantId, source.name, resume);
      const cursorFile = this.flags['cursor-file'] ?? named;
      await tail(api, source, this.out.stream(columns), {
        from,
        ...(cursorFile !== undefined && { cursorFile }),
        ...(limit !== undefined && { limit }),
        signal: this.signal,
        notice: (text) => this.out.notice(text),
        pollMs: this.flags['poll-seconds'] * 1000,
        wanted: wantedRows(this.flags),
      });
      this.endStream();
    }
  };
}
