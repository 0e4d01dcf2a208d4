import type { EvidenceRecord } from '../../evidence/types.js';
import { objectMember, textMember, type JsonObject } from '../tenants/json-documents.js';

/** What an event says that leads to the decision it belongs to. */
interface EventClues {
  readonly traceId: string | undefined;
  readonly violationId: string | undefined;
  readonly toolName: string | undefined;
}

function eventClues(event: JsonObject): EventClues {
  const metadata = objectMember(event, 'metadata');
  return {
    traceId: textMember(metadata, 'enforcement_trace_id') ?? textMember(event, 'enforcement_trace_id'),
    violationId: textMember(event, 'violation_id') ?? textMember(metadata, 'violation_id'),
    toolName: textMember(event, 'tool_name'),
  };
}

/**
 * Finds the decision an event of the same session belongs to: by trace id, by violation id, else because only one
 * decision of the session is about its tool. Where that leaves a choice there is no answer: none is made up.
 */
export function decisionFinder(
  records: readonly EvidenceRecord[],
): (event: JsonObject) => EvidenceRecord | undefined {
  const byTrace = new Map<string, EvidenceRecord>();
  const byViolation = new Map<string, EvidenceRecord>();
  const byTool = new Map<string, EvidenceRecord[]>();
  for (const record of records) {
    if (record['kind'] !== 'decision') continue;
    const trace = textMember(record, 'enforcement_trace_id');
    if (trace !== undefined) byTrace.set(trace, record);
    const violation = textMember(record, 'violation_id');
    if (violation !== undefined) byViolation.set(violation, record);
    const tool = textMember(record, 'tool_name') ?? '';
    const known = byTool.get(tool);
    if (known === undefined) byTool.set(tool, [record]);
    else known.push(record);
  }
  return (event) => {
    const { traceId, violationId, toolName } = eventClues(event);
    if (traceId !== undefined && byTrace.has(traceId)) return byTrace.get(traceId);
    if (violationId !== undefined && byViolation.has(violationId)) return byViolation.get(violationId);
    const [only, ...others] = byTool.get(toolName ?? '') ?? [];
    // A decision with another trace id belongs to another call.
    if (only === undefined || others.length > 0) return undefined;
    return traceId === undefined || textMember(only, 'enforcement_trace_id') === undefined ? only : undefined;
  };
}
