import type { CompiledQuery, Kysely } from 'kysely';
import { mcpHost } from '../../engine/mcp/host.js';
import { isJsonObject } from '../../engine/json-object.js';
import type { EngineRequest } from '../../engine/types.js';
import type { EventRow } from '../enforce/event-row.js';
import type { Database } from '../store/schema.js';
import { ownMember, parseDocument } from '../tenants/json-documents.js';

type McpCall = Database['mcp_calls'];

/** The inventory row of a governed call; undefined when it names no MCP server. */
export function governedMcpCall(
  request: EngineRequest,
  decisionId: string,
  now: number,
): McpCall | undefined {
  const host = mcpHost(request.metadata);
  if (host === undefined) return undefined;
  return {
    tenant_id: request.tenantId,
    source: 'decision',
    source_id: decisionId,
    occurred_at: now,
    endpoint_id: request.endpointId ?? '',
    agent_id: request.agentId,
    session_id: request.sessionId,
    host,
    tool_name: request.toolName,
  };
}

/**
 * The inventory row of a reported call. Only the announcement of a call counts: the events that follow tell of the same
 * one. The time is the server's, since a sender's clock may be anywhere.
 */
export function reportedMcpCall(event: EventRow): McpCall | undefined {
  if (event.event_type !== 'TOOL_CALL_PRE' || event.tool_name === null || !event.body.includes('mcp_')) {
    return undefined;
  }
  const body = parseDocument(event.body);
  const metadata = ownMember(body, 'metadata');
  if (!isJsonObject(metadata)) return undefined;
  const host = mcpHost(metadata);
  if (host === undefined) return undefined;
  const endpoint = ownMember(body, 'endpoint_id') ?? metadata['endpoint_id'];
  return {
    tenant_id: event.tenant_id,
    source: 'event',
    source_id: event.event_id,
    occurred_at: event.ingested_at,
    endpoint_id: typeof endpoint === 'string' ? endpoint : '',
    agent_id: event.agent_id ?? '',
    session_id: event.session_id,
    host,
    tool_name: event.tool_name,
  };
}

/** An event that is sent again may race past the look-up of known ids: the key decides, silently. */
export function insertMcpCall(build: Kysely<Database>, call: McpCall): CompiledQuery {
  return build
    .insertInto('mcp_calls')
    .values(call)
    .onConflict((conflict) => conflict.columns(['tenant_id', 'source', 'source_id']).doNothing())
    .compile();
}
