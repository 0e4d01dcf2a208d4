import { readFile } from 'node:fs/promises';
import { errorCode, parseJson, ThothctlError, usageError } from '../../errors/index.js';
import { isJsonObject } from '../../json/object.js';
import { isSecretPath } from '../../secret-reference/secret-path.js';
import { mergeSettings, type SettingsDocument } from './document.js';
import { strayPaths } from './stray-paths.js';

export interface PatchInputs {
  /** `path=value`; the value is JSON when it parses as JSON, else text. `null` clears. */
  readonly set: readonly string[];
  /** `path=FILE`; the file's text without its last line end: the way for secrets. */
  readonly setFile: readonly string[];
  /** JSON or YAML document to merge first. */
  readonly file: string | undefined;
  readonly warn: (text: string) => void;
}

/** The members to change. Later assignments win over earlier ones, and all of them over the file. */
export async function readPatch(inputs: PatchInputs): Promise<SettingsDocument> {
  let patch: SettingsDocument = inputs.file === undefined ? {} : await readDocument(inputs.file);
  for (const word of inputs.set) {
    const [path, text] = splitAssignment('--set', word);
    if (isSecretPath(path.join('.')) && text !== 'null') {
      inputs.warn(
        `--set ${path.join('.')} puts a secret on the command line, where other processes can read it; use --set-file`,
      );
    }
    patch = mergeSettings(patch, nested(path, jsonOrText(text)));
  }
  for (const word of inputs.setFile) {
    const [path, file] = splitAssignment('--set-file', word);
    patch = mergeSettings(patch, nested(path, (await readText(file)).replace(/\r?\n$/, '')));
  }
  if (Object.keys(patch).length === 0) {
    throw usageError('nothing to set', 'give --set path=value, --set-file path=FILE or --file FILE');
  }
  for (const stray of strayPaths(patch)) inputs.warn(stray);
  return patch;
}

/** Splits `a.b."c.d"=value` at the first equals sign outside quotes. */
export function splitAssignment(flag: string, word: string): [path: string[], value: string] {
  const match = /^(?<path>(?:"[^"]*"|[^="])+)=(?<value>.*)$/s.exec(word);
  const text = match?.groups?.['path'] ?? '';
  const sound = /^("[^"]+"|[^".]+)(\.("[^"]+"|[^".]+))*$/.test(text);
  const path = [...text.matchAll(/"([^"]+)"|([^".]+)/g)].map((part) => (part[1] ?? part[2] ?? '').trim());
  if (match === null || !sound || path.some((part) => part === '' || part === '__proto__')) {
    throw usageError(
      `${flag} ${JSON.stringify(word.split('=')[0])} is not path=value`,
      `write for example ${flag} shadow_policy.high=${flag === '--set' ? 'block' : 'FILE'}; quote a member that holds dots: tool_risk_overrides."fs.write"`,
    );
  }
  return [path, match.groups?.['value'] ?? ''];
}

async function readDocument(file: string): Promise<SettingsDocument> {
  const text = await readText(file);
  // YAML reads `{"low": }` as a null, which would clear the setting: a file that says it is JSON must be JSON.
  if (/\.json$/iu.test(file)) parseJson(text, file, 'repair the file');
  const { parseDocument, LineCounter } = await import('yaml');
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false, uniqueKeys: true });
  const error = document.errors[0];
  if (error !== undefined) {
    const { line, col } = lineCounter.linePos(error.pos[0]);
    // The line itself is not shown: a settings file may hold secrets.
    throw usageError(
      `${file}:${line}:${col}: ${error.message.split('\n')[0] ?? 'does not parse'}`,
      'repair the file',
    );
  }
  const value: unknown = document.toJS({ maxAliasCount: 100 });
  if (isJsonObject(value)) return value;
  throw usageError(`${file} must hold one object`, 'start from `thothctl settings get --json`');
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    const reason = errorCode(cause) ?? 'unknown error';
    throw new ThothctlError({
      code: 'file_unreadable',
      message: `${file} cannot be read (${reason})`,
      exit: 'usage',
      fix: 'give a readable file',
      cause,
    });
  }
}

function jsonOrText(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return text;
  }
}

function nested(path: readonly string[], value: unknown): SettingsDocument {
  const [head = '', ...rest] = path;
  return { [head]: rest.length === 0 ? value : nested(rest, value) };
}
