import { LightConfig } from '../../src/cli/boot/light-config.js';
import type { Catalogue } from '../../src/cli/boot/catalogue.js';
import type { RunnableCommand } from '../../src/cli/command.js';

const noCatalogue: Catalogue = {
  names: {},
  entries: () => Promise.resolve([]),
  load: () => Promise.reject(new TypeError('no commands here')),
  definition: () => Promise.reject(new TypeError('no commands here')),
};

export interface ProbeResult {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one command class in this process, with what it writes caught. */
export async function runClass(command: RunnableCommand, argv: readonly string[]): Promise<ProbeResult> {
  const written = { stdout: '', stderr: '' };
  const original = { stdout: process.stdout.write, stderr: process.stderr.write };
  for (const name of ['stdout', 'stderr'] as const)
    process[name].write = (chunk: string | Uint8Array, encoding?: unknown, done?: unknown) => {
      written[name] += String(chunk);
      const callback = typeof encoding === 'function' ? encoding : done;
      if (typeof callback === 'function') queueMicrotask(() => callback());
      return true;
    };
  const before = process.exitCode;
  process.exitCode = 0;
  command.id ??= 'probe';
  const config = new LightConfig(
    {
      name: 'thothctl',
      version: '0.0.0',
      description: '',
      root: '/',
      oclif: { bin: 'thothctl', topicSeparator: ' ' },
    },
    noCatalogue,
  );
  try {
    await new command([...argv], config).perform();
    return { exit: Number(process.exitCode ?? 0), ...written };
  } finally {
    process.stdout.write = original.stdout;
    process.stderr.write = original.stderr;
    process.exitCode = before;
  }
}
