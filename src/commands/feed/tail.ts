import { ThothCommand } from '../../cli/command.js';
import { cursorPlace, FEED, FEED_COLUMNS, tail, tailFlags, wantedRows } from '../../journeys/follow/index.js';

export default class FeedTail extends ThothCommand<typeof FeedTail> {
  static override summary = 'Follow decisions as they happen';
  static override description =
    'Rows come in the order they were committed. With --resume or --cursor-file the position is saved after a row was written out, so that a tail continues without loss; a restart of the server is waited out.';
  static override examples = [
    '<%= config.bin %> feed tail',
    '<%= config.bin %> feed tail --from start --limit 20',
    '<%= config.bin %> feed tail --resume siem --json >> feed.ndjson',
  ];
  static override onSignal = 'finish' as const;
  static override flags = { ...tailFlags };

  async execute(): Promise<void> {
    const api = await this.api({ longLived: true });
    const { resume, from, limit } = this.flags;
    const named = resume === undefined ? undefined : cursorPlace(api.tenantId, FEED.name, resume);
    const cursorFile = this.flags['cursor-file'] ?? named;
    await tail(api, FEED, this.out.stream(FEED_COLUMNS), {
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
}
