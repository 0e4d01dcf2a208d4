import { readFileSync } from 'node:fs';

/** W31: patterns instead of parsers. Rules end at the first closing brace, and only a plain `@tool` above `def` counts. */
export async function regexCheck(agentFile: string, policyFile: string): Promise<Record<string, string>> {
  const policy = readFileSync(policyFile, 'utf8').split('}')[0] ?? '';
  const tools = [...readFileSync(agentFile, 'utf8').matchAll(/^@tool\s*\ndef (\w+)/gmu)].map(
    ([, name]) => name ?? '',
  );
  return Object.fromEntries(
    tools.map((name) => [name, policy.includes(`tool_call:${name}"`) ? 'BLOCK' : 'ALLOW']),
  );
}
