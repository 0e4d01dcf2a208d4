import { isJsonObject } from '../../json/object.js';
import type { Findings } from './found.js';

type JsonObject = { readonly [key: string]: unknown };

/** Tools in a JSON file: definitions in the vendors' forms, and the servers of an MCP configuration. */
export function findConfigTools(source: string, found: Findings): void {
  let value: unknown;
  try {
    value = JSON.parse(source);
  } catch {
    return found.unknown(1, 'the file is not JSON');
  }
  const lineOf = (text: string): number => {
    const place = source.indexOf(JSON.stringify(text));
    return place < 0 ? 1 : source.slice(0, place).split('\n').length;
  };
  visit(value, (object) => {
    const { name } = object;
    const isDefinition = 'input_schema' in object || 'inputSchema' in object || 'parameters' in object;
    if (isDefinition && typeof name === 'string') found.tool(name, lineOf(name), 'definition');
    for (const key of ['mcpServers', 'mcp_servers']) {
      const servers = object[key];
      if (isJsonObject(servers)) found.mcpServers(Object.keys(servers), lineOf(key));
    }
  });
}

function visit(value: unknown, see: (object: JsonObject) => void): void {
  if (Array.isArray(value)) for (const each of value) visit(each, see);
  else if (isJsonObject(value)) {
    see(value);
    for (const each of Object.values(value)) visit(each, see);
  }
}
