import { describe, expect, it } from 'vitest';
import { findConfigTools } from '../../../src/policy/check-agent/config-tools.js';
import { Findings } from '../../../src/policy/check-agent/found.js';
import { findPythonTools } from '../../../src/policy/check-agent/python-tools.js';
import { findScriptTools } from '../../../src/policy/check-agent/script-tools.js';

function found(find: (source: string, found: Findings) => void, source: string): Findings {
  const findings = new Findings('agent');
  find(source, findings);
  return findings;
}
const python = (source: string) => found(findPythonTools, source);
const script = (source: string) => found(findScriptTools, source);
const names = ({ tools }: Findings): string[] => tools.map(({ name }) => name);
const unknown = ({ notAnalysed }: Findings): string[] => notAnalysed.map(({ what }) => what);

describe('tools in Python', () => {
  it.each<[string, string, string[]]>([
    ['a bare decorator', '@tool\ndef search(q): ...', ['search']],
    ['an async tool', '@tool\nasync def search(q): ...', ['search']],
    [
      'an attribute-style decorator',
      '@agent.tool(retries=2)\n@other\nasync def search(ctx): ...',
      ['search'],
    ],
    ['a decorator that gives the name', '@mcp.tool("find")\ndef search(q): ...', ['find']],
    [
      'a decorator with a name argument',
      '@function_tool(name_override="find")\ndef search(q): ...',
      ['find'],
    ],
    ['a method', 'class Bot:\n    @beta_tool\n    def search(self): ...', ['search']],
    ['a constructed tool', 't = Tool(name="search", func=lambda q: q)', ['search']],
    ['a tool from a function', 't = StructuredTool.from_function(search)', ['search']],
    ['a name in a constant', 'NAME = "search"\nt = lc.Tool(name=NAME, func=f)', ['search']],
    ['adjacent literals', 't = Tool(name="sea" "rch", func=f)', ['search']],
    ['a class', 'class Search(BaseTool):\n    """A tool."""\n    name: str = "search"\n', ['search']],
    ['a definition', 'tools = [{"name": "search", "input_schema": {"type": "object"}}]', ['search']],
    ['a function in a list', 'def search(q): ...\nagent = Agent(tools=[search])', ['search']],
    ['nothing in strings', 'x = """\n@tool\ndef search(q): ...\n"""\ny = "Tool(name=\'a\')"', []],
    ['nothing in comments', '# @tool\n# def search(q): ...\ndef other(): pass', []],
    ['nothing in other decorators', '@app.get("/")\ndef search(q): ...', []],
    ['no import or plain class', 'from x import Tool\nclass Tool(Base): pass\n', []],
  ])('finds %s', (_what, source, expected) => {
    expect(names(python(source))).toEqual(expected);
  });

  it.each([
    ['a name made at run time', 't = Tool(name=f"{prefix}_search", func=f)', /name of a tool/],
    ['a list from elsewhere', 'agent = Agent(tools=[*more])', /spread in/],
    [
      'an imported tool',
      'from x import search\nagent = Agent(tools=[search])',
      /'search' is declared in another file/,
    ],
    ['a call that gives tools', 'agent = Agent(tools=load_tools(["a"]))', /load_tools/],
    ['an MCP server', 's = MCPServerStdio(name="files", params={})', /MCP server 'files'/],
    ['a class without a name', 'class Search(BaseTool):\n    x = 1\n', /does not state its name/],
  ])('says that it cannot read %s', (_what, source, expected) => {
    const findings = python(source);
    expect(names(findings)).toEqual([]);
    expect(unknown(findings)).toEqual(expect.arrayContaining([expect.stringMatching(expected)]));
  });

  it('gives the line of each tool', () => {
    const { tools } = python(
      '"""\ndoc\n"""\n\n@tool\ndef a(): ...\n\nb = Tool(\n    name="b",\n    func=f)\n',
    );
    expect(tools.map(({ name, line }) => [name, line])).toEqual([
      ['a', 6],
      ['b', 8],
    ]);
  });
});

describe('tools in TypeScript and JavaScript', () => {
  it.each<[string, string, string[]]>([
    [
      'a LangChain tool',
      "const t = tool(async (x) => x, { name: 'search', schema: z.object({}) });",
      ['search'],
    ],
    ['an agents tool', 'const t = tool({ name: "search", parameters: {}, execute: run });', ['search']],
    [
      'a Vercel tool by its key',
      'const r = { tools: { search: tool({ inputSchema: s, execute }) } };',
      ['search'],
    ],
    [
      'a Vercel tool by its variable',
      'const search = tool({ inputSchema: s, execute });\nf({ tools: { search } });',
      ['search'],
    ],
    ['a typed call', "const t = tool<Input>({ name: 'search', execute });", ['search']],
    ['an MCP server tool', "server.registerTool('search', { inputSchema }, async () => x);", ['search']],
    ['a constructed tool', "new DynamicStructuredTool({ name: 'search', func });", ['search']],
    ['a class', "class Search extends StructuredTool<S> { override name = 'search'; }", ['search']],
    ['a definition', "const tools = [{ name: 'search', input_schema: {} }];", ['search']],
    [
      'an OpenAI definition',
      "const tools = [{ type: 'function', function: { name: 'search', parameters: {} } }];",
      ['search'],
    ],
    ['a wrapped map', 'wrapAnthropicTools({ search, async find(q) { return q; } });', ['search', 'find']],
    [
      'a function in a list',
      'async function search() {}\nconst a = new Agent({ tools: [search] });',
      ['search'],
    ],
    [
      'an arrow function in a list',
      'const search = async (q: string) => q;\nrun({ tools: [search] });',
      ['search'],
    ],
    ['a constant name', "const NAME = 'search';\ntool(f, { name: NAME });", ['search']],
    ['a decorator', "class A { @Tool({ name: 'search' }) find() {} }", ['search']],
    [
      'nothing in strings, templates and comments',
      "const a = \"tool({name:'x'})\"; /* tool({name:'y'}) */ // tool({name:'z'})\nconst b = `${tool}({name:'w'})`;",
      [],
    ],
    [
      'nothing after a regular expression with quotes',
      "const r = /['\"`]/g; const t = tool({ name: 'search', execute });",
      ['search'],
    ],
    ['no other objects', "const user = { name: 'ann', age: 3 };", []],
  ])('finds %s', (_what, source, expected) => {
    expect(names(script(source))).toEqual(expected);
  });

  it.each([
    ['a name made at run time', 'tool(f, { name: `${a}_search` });', /name of a tool/],
    ['tools from elsewhere', 'run({ tools: [...more] });', /spread in/],
    ['a call that gives tools', 'run({ tools: await client.tools() });', /known only when/],
    [
      'an imported tool',
      "import { search } from './x.js';\nrun({ tools: [search] });",
      /'search' is declared in another file/,
    ],
    ['MCP servers', "query({ options: { mcpServers: { files: { command: 'x' } } } });", /MCP server 'files'/],
  ])('says that it cannot read %s', (_what, source, expected) => {
    const findings = script(source);
    expect(names(findings)).toEqual([]);
    expect(unknown(findings)).toEqual(expect.arrayContaining([expect.stringMatching(expected)]));
  });
});

it('reads definitions and servers in JSON', () => {
  const findings = found(
    findConfigTools,
    '{"mcpServers":{"files":{}},\n"tools":[{"name":"a","inputSchema":{}}]}',
  );
  expect(names(findings)).toEqual(['a']);
  expect(unknown(findings)).toEqual(["the tools of MCP server 'files' are known only when it runs"]);
});
