import { startBenchServer, BIN } from './local-server.js';
import type { Figure } from './report.js';
import { timeProcesses } from './timing.js';

const ROUNDS = 40;

/** Cold start of the built command line against `node -e 0`, with the certificate variable unset. */
export async function startup(): Promise<Figure[]> {
  const server = await startBenchServer();
  try {
    const node = process.execPath;
    const cases = [
      { name: 'node -e 0', argv: [node, '-e', '0'], atMost: undefined },
      { name: '--version', argv: [node, BIN, '--version'], atMost: 1.15 },
      { name: 'local command (context list)', argv: [node, BIN, 'context', 'list', '--json'], atMost: 1.7 },
      { name: 'root help', argv: [node, BIN, '--help'], atMost: 2.2 },
      {
        name: 'one-shot API command (settings get)',
        argv: [node, BIN, 'settings', 'get', '--json'],
        atMost: 2.1,
      },
    ] as const;
    const timed = await timeProcesses(
      cases.map((one) => ({ name: one.name, argv: one.argv, env: server.env })),
      ROUNDS,
    );
    return timed.map((figure, index) => ({
      section: 'startup',
      name: figure.name,
      value: figure.ratio,
      unit: 'x',
      limit: { atMost: cases[index]?.atMost },
      note: `${figure.medianMs.toFixed(1)} ms`,
    }));
  } finally {
    await server.stop();
  }
}
