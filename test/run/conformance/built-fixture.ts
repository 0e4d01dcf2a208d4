import { build } from 'esbuild';
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** The fixture in one file for each transport, so that a process of it starts in a fraction of a second. */
export class BuiltFixture {
  private constructor(private readonly folder: string) {}

  static async build(): Promise<BuiltFixture> {
    const folder = mkdtempSync(join(tmpdir(), 'everything-'));
    const source = join(import.meta.dirname, 'fixture');
    await build({
      entryPoints: [join(source, 'stdio.ts'), join(source, 'http.ts')],
      outdir: folder,
      outExtension: { '.js': '.mjs' },
      bundle: true,
      platform: 'node',
      format: 'esm',
      logLevel: 'error',
      banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
    });
    return new BuiltFixture(folder);
  }

  /** Starts the fixture on stdio. */
  get stdio(): readonly string[] {
    return [process.execPath, join(this.folder, 'stdio.mjs')];
  }

  /** Starts the fixture over HTTP; it prints its URL on one line. */
  get http(): readonly string[] {
    return [process.execPath, join(this.folder, 'http.mjs')];
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A running program that said on one of its lines where it listens. */
export interface Listening {
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts a program and waits for the first http URL that it prints on either stream. */
export async function listening([program = '', ...args]: readonly string[]): Promise<Listening> {
  const stdio: ['ignore', 'pipe', 'pipe'] = ['ignore', 'pipe', 'pipe'];
  const child: ChildProcessByStdio<null, Readable, Readable> = spawn(program, args, { stdio });
  const said: string[] = [];
  const ended = once(child, 'close');
  const url = await new Promise<string>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      createInterface(stream).on('line', (line) => {
        said.push(line);
        const [found] = /https?:\/\/[^\s"'`]+/u.exec(line) ?? [];
        if (found !== undefined) resolve(found.replace(/[.,]$/u, ''));
      });
    }
    void ended.then(() => reject(new Error(`${program} ${args.join(' ')} ended: ${said.join('\n')}`)));
  });
  return {
    url,
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
