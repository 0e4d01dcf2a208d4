import { randomFillSync } from 'node:crypto';

const ERRNO = { success: 0, badf: 8, nosys: 52 } as const;
const NANOSECONDS = 1_000_000n;

/** Thrown when the module ends itself: a fatal error inside it. */
class WasiExit extends Error {
  override readonly name = 'WasiExit';
}

/**
 * The smallest WASI host the Rego compiler runs on: a clock, randomness and a discarded stderr. There is no
 * file, no directory, no environment and no socket to reach, whatever a policy makes the compiler do. (The
 * host in `node:wasi` could be given the same, but prints an experimental warning into every command.)
 */
export function hermeticWasi(memory: () => WebAssembly.Memory): {
  imports: WebAssembly.ModuleImports;
  stderr: () => string;
} {
  let stderr = '';
  const view = (): DataView => new DataView(memory().buffer);
  const zeroes = (...addresses: number[]): number => {
    for (const address of addresses) view().setUint32(address, 0, true);
    return ERRNO.success;
  };
  const imports: WebAssembly.ModuleImports = {
    args_get: () => ERRNO.success,
    args_sizes_get: zeroes,
    environ_get: () => ERRNO.success,
    environ_sizes_get: zeroes,
    clock_time_get: (_clock: number, _precision: bigint, out: number) => {
      view().setBigUint64(out, BigInt(Math.round(performance.now() * 1000)) * (NANOSECONDS / 1000n), true);
      return ERRNO.success;
    },
    random_get: (address: number, length: number) => {
      randomFillSync(new Uint8Array(memory().buffer, address, length));
      return ERRNO.success;
    },
    fd_write: (_fd: number, vectors: number, count: number, written: number) => {
      let total = 0;
      for (let index = 0; index < count; index += 1) {
        const address = view().getUint32(vectors + 8 * index, true);
        const length = view().getUint32(vectors + 8 * index + 4, true);
        if (stderr.length < 4096)
          stderr += new TextDecoder().decode(new Uint8Array(memory().buffer, address, length));
        total += length;
      }
      view().setUint32(written, total, true);
      return ERRNO.success;
    },
    // The Go scheduler polls a clock when it has nothing to run; every subscription is reported due.
    poll_oneoff: (subscriptions: number, events: number, count: number, out: number) => {
      for (let index = 0; index < count; index += 1) {
        new Uint8Array(memory().buffer, events + 32 * index, 32).fill(0);
        view().setBigUint64(events + 32 * index, view().getBigUint64(subscriptions + 48 * index, true), true);
      }
      view().setUint32(out, count, true);
      return ERRNO.success;
    },
    sched_yield: () => ERRNO.success,
    proc_exit: (code: number) => {
      throw new WasiExit(`the policy compiler stopped with code ${code}`);
    },
    fd_prestat_get: () => ERRNO.badf,
  };
  for (const name of [
    'fd_close',
    'fd_read',
    'fd_readdir',
    'fd_filestat_get',
    'fd_fdstat_get',
    'fd_fdstat_set_flags',
    'fd_prestat_dir_name',
    'path_filestat_get',
    'path_readlink',
    'path_open',
  ])
    imports[name] = () => (name.startsWith('fd_') ? ERRNO.badf : ERRNO.nosys);
  return { imports, stderr: () => stderr };
}
