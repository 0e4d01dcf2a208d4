import type { ChildProcess } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { recognise } from '../recognise.js';
import { ByteSink } from './byte-sink.js';
import type { Governance } from '../mcp/governance.js';
import { McpGateway } from './gateway.js';

const NEWLINE = 0x0a;

export interface RelayStreams {
  readonly stdin: Readable;
  readonly stdout: Writable;
}

/** Moves bytes between our stdio and the child's. Settles when the child's output has left this process. */
export interface Relay {
  /** To be told when the child has ended, in words: `exited with code 1`. */
  childEnded(why: string): Promise<void>;
}

/**
 * Connects the client on our stdio with the server in the child. Without `governed` the first message decides:
 * an MCP client is governed from it on, anything else passes through untouched. Both directions keep
 * back-pressure: a side that does not read stops the other from writing.
 */
export function relay(
  child: Pick<ChildProcess, 'stdin' | 'stdout'>,
  streams: RelayStreams,
  governance: Governance,
  governed: true | 'recognise',
): Relay {
  const { stdin: childInput, stdout: childOutput } = child;
  if (childInput === null || childOutput === null) return { childEnded: () => Promise.resolve() };
  const toServer = new ByteSink(childInput, () => resume());
  const toClient = new ByteSink(
    streams.stdout,
    () => {
      childOutput.resume();
      resume();
    },
    () => childOutput.destroy(),
  );
  const gateway = new McpGateway(governance, toServer, toClient, () => resume());
  let mode: 'mcp' | 'other' | 'undecided' = governed === true ? 'mcp' : 'undecided';
  let opening = Buffer.alloc(0);
  let insideLine = false;

  const congested = (): boolean => (mode === 'mcp' ? gateway.congested : toServer.full);
  const resume = (): void => {
    if (!congested()) streams.stdin.resume();
  };
  const toMode = (chunk: Buffer): void => {
    if (mode === 'mcp') gateway.fromClient(chunk);
    else toServer.write(chunk);
  };
  const begin = (ended: boolean): void => {
    mode = recognise(opening, ended);
    if (mode === 'undecided') return;
    // What the program said before it was asked anything is no part of a message that follows.
    if (mode === 'mcp' && insideLine) toClient.write('\n');
    toMode(opening);
  };

  streams.stdin.on('data', (chunk: Buffer) => {
    if (mode === 'undecided') {
      opening = Buffer.concat([opening, chunk]);
      begin(false);
    } else toMode(chunk);
    if (congested()) streams.stdin.pause();
  });
  streams.stdin.on('end', () => {
    if (mode === 'undecided') begin(true);
    if (mode === 'mcp') void gateway.clientEnded();
    else toServer.end();
  });
  streams.stdin.on('error', () => toServer.end());

  childOutput.on('data', (chunk: Buffer) => {
    if (mode === 'mcp') gateway.fromServer(chunk);
    else {
      toClient.write(chunk);
      insideLine = chunk.at(-1) !== NEWLINE;
    }
    if (toClient.full) childOutput.pause();
  });
  const outputEnded = new Promise<void>((resolve) => {
    childOutput.once('end', resolve);
    childOutput.once('close', resolve);
  });

  return {
    async childEnded(why) {
      // A grandchild may hold the pipe open; what the server itself wrote arrives well within this.
      await Promise.race([outputEnded, afterChild()]);
      streams.stdin.pause();
      streams.stdin.removeAllListeners('data');
      if (mode === 'mcp') {
        gateway.serverEnded(why);
        await gateway.quiet();
      }
      await toClient.flushed();
      streams.stdin.destroy();
    },
  };
}

const OUTPUT_GRACE_MS = 2000;

function afterChild(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, OUTPUT_GRACE_MS).unref());
}
