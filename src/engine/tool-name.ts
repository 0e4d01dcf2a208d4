const PREFIX = 'tool_call:';

/** The tool a name or scope entry means: `tool_call:` in front of it is dropped. */
export function bareTool(name: string): string {
  return name.startsWith(PREFIX) ? name.slice(PREFIX.length) : name;
}

/** The action policies see: `tool_call:<tool>`. */
export function actionOf(toolName: string): string {
  return PREFIX + toolName;
}

/** True when a constant of a policy is this tool, spelt bare or as an action. */
export function namesTool(constant: string, toolName: string): boolean {
  return constant === toolName || constant === actionOf(toolName);
}
