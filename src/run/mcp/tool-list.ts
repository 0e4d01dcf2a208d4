import { isJsonObject, type JsonObject } from '../../sdk/vocabulary.js';
import { elementsOf, type ScannedMessage } from './json-scan.js';
import { splice, type Edit } from './splice.js';

const OPEN_ARRAY = 0x5b;

/** A list made for one agent may be kept this long, milliseconds: a changed scope or an approval shows soon. */
const MAX_TTL_MS = 5000;

/** The tools of a `tools/list` result, in its order; undefined when the line holds none that can be read. */
export function toolsOf(line: Buffer, scanned: ScannedMessage): readonly JsonObject[] | undefined {
  const span = scanned.spans.get('result.tools');
  if (span === undefined) return undefined;
  try {
    const tools: unknown = JSON.parse(line.toString('utf8', span.start, span.end));
    return Array.isArray(tools) && tools.every(isJsonObject) ? tools : undefined;
  } catch {
    return undefined;
  }
}

/** The line holds a list of tools, which perhaps not every client reads in the same way. */
export function listsTools(line: Buffer, { spans, respelt }: ScannedMessage): boolean {
  const span = spans.get('result.tools');
  return respelt || (span !== undefined && line[span.start] === OPEN_ARRAY);
}

/**
 * The line without the tools that `keep` does not name, by position. The bytes of those that stay are unchanged. In the
 * newer protocol the list is then marked as one agent's own: a shared cache must not hand it to another.
 */
export function narrowToolList(line: Buffer, scanned: ScannedMessage, keep: readonly boolean[]): Buffer {
  const { spans } = scanned;
  const list = spans.get('result.tools');
  const result = spans.get('result');
  const elements = list && elementsOf(line, list);
  if (list === undefined || result === undefined || elements?.length !== keep.length) return line;
  const edits: Edit[] = [];
  if (keep.includes(false)) {
    const kept = elements.filter((_each, index) => keep[index]);
    edits.push({
      ...list,
      text: `[${kept.map((each) => line.toString('utf8', each.start, each.end)).join()}]`,
    });
  }
  edits.push(...privacy(line, scanned, result.start + 1));
  return edits.length === 0 ? line : splice(line, edits);
}

function privacy(line: Buffer, { spans }: ScannedMessage, resultStart: number): Edit[] {
  const scope = spans.get('result.cacheScope');
  const ttl = spans.get('result.ttlMs');
  const modern = scope !== undefined || ttl !== undefined || spans.has('result.resultType');
  if (!modern) return [];
  const edits: Edit[] = [];
  let added = '';
  if (scope === undefined) added += '"cacheScope":"private",';
  else edits.push({ ...scope, text: '"private"' });
  if (ttl === undefined) added += `"ttlMs":${MAX_TTL_MS},`;
  else if (!(Number(line.toString('latin1', ttl.start, ttl.end)) <= MAX_TTL_MS)) {
    edits.push({ ...ttl, text: String(MAX_TTL_MS) });
  }
  if (added !== '') edits.push({ start: resultStart, end: resultStart, text: added });
  return edits;
}
