import { buildSync } from 'esbuild';
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until, type Json } from './scripted-enforcer.js';

let bundle: string | undefined;

/** The program as one file, so that starting it costs no transpiler. */
function bundled(): string {
  if (bundle === undefined) {
    const folder = mkdtempSync(join(tmpdir(), 'sdk-program-'));
    bundle = join(folder, 'program.mjs');
    buildSync({
      entryPoints: [join(import.meta.dirname, 'program.ts')],
      outfile: bundle,
      bundle: true,
      platform: 'node',
      format: 'esm',
      logLevel: 'error',
      banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
    });
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  }
  return bundle;
}

/** A governed program in a process of its own. */
export class GovernedProgram {
  output = '';
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>;

  private constructor(
    readonly child: ChildProcess,
    readonly folder: string,
  ) {
    const collect = (chunk: Buffer): void => void (this.output += chunk.toString());
    child.stdout?.on('data', collect);
    child.stderr?.on('data', collect);
    this.ended = new Promise((resolve) => child.once('close', (code, signal) => resolve({ code, signal })));
  }

  /** `SPOOLING` gives it a spool file of its own, `folder` one that an earlier program left. */
  static start(
    enforcer: { readonly url: string },
    env: Record<string, string>,
    folder?: string,
  ): GovernedProgram {
    const own = folder ?? mkdtempSync(join(tmpdir(), 'sdk-spool-'));
    const child = spawn(process.execPath, [bundled()], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env['PATH'] ?? '',
        THOTH_API_URL: enforcer.url,
        THOTH_API_KEY: 'thoth_test_key',
        THOTH_AGENT_ID: 'bot',
        THOTH_TENANT_ID: 'acme',
        THOTH_APPROVED_SCOPE: 'search',
        ...(env['SPOOLING'] === 'yes' ? { SPOOL: join(own, 'spool') } : {}),
        ...env,
      },
    });
    return new GovernedProgram(child, own);
  }

  line(text: string): Promise<void> {
    return until(() => this.output.includes(text));
  }

  /** Events in the spool. */
  spooled(): Json[] {
    const file = join(this.folder, 'spool');
    if (!existsSync(file)) return [];
    const lines = readFileSync(file, 'utf8').split('\n');
    return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Json);
  }

  get leftFiles(): string[] {
    return readdirSync(this.folder);
  }

  clean(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
