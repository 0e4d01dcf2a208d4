/** A tool in the source of an agent, under the name the model sees. */
export interface FoundTool {
  readonly name: string;
  readonly file: string;
  readonly line: number;
  /** How it is declared: `decorator`, `constructed`, `class`, `definition`, `listed`. */
  readonly declaredAs: string;
}

/** Something that may bring tools along and cannot be read from the source. */
export interface NotAnalysed {
  readonly file: string;
  readonly line: number;
  readonly what: string;
}

/** Collects what is found in one file; a tool listed again under its name is one tool. */
export class Findings {
  readonly tools: FoundTool[] = [];
  readonly notAnalysed: NotAnalysed[] = [];

  constructor(readonly file: string) {}

  tool(name: string | undefined, line: number, declaredAs: string): void {
    if (name === undefined || name.trim() === '') {
      this.unknown(line, `the name of a tool (${declaredAs}) is made when the program runs`);
    } else if (!this.tools.some((tool) => tool.name === name)) {
      this.tools.push({ name, file: this.file, line, declaredAs });
    }
  }

  unknown(line: number, what: string): void {
    if (!this.notAnalysed.some((each) => each.line === line && each.what === what)) {
      this.notAnalysed.push({ file: this.file, line, what });
    }
  }

  mcpServers(names: readonly string[], line: number): void {
    for (const name of names.length > 0 ? names : ['?']) {
      this.unknown(line, `the tools of MCP server '${name}' are known only when it runs`);
    }
  }
}
