import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { brotliDecompress } from 'node:zlib';
import { assetFolder } from '../../chunk.js';
import { ThothctlError } from '../../errors/index.js';
import { readReply, type RegoReply } from './reply.js';
import { ENTRY_RULES, HOST_BUILTINS, REFUSED_BUILTINS } from './language.js';
import { INPUT_SCHEMA } from './input-schema.js';
import { hermeticWasi } from './wasi.js';

const ARTEFACT = 'engine/rego/opa-compiler.wasm.br';
/** The compiler's memory only grows; past this size a fresh instance is cheaper than keeping it. */
const RENEW_AT_BYTES = 256 * 1024 * 1024;

interface Exports {
  readonly memory: WebAssembly.Memory;
  readonly alloc: (size: number) => number;
  readonly free: (address: number) => void;
  readonly handle: (address: number, size: number) => bigint;
}

let loadingModule: Promise<WebAssembly.Module> | undefined;

function loadModule(): Promise<WebAssembly.Module> {
  loadingModule ??= readFile(join(assetFolder(), ARTEFACT))
    .then((packed) => promisify(brotliDecompress)(packed))
    .then(compileOnce)
    .catch((cause: unknown) => {
      loadingModule = undefined;
      throw new ThothctlError({
        code: 'rego_compiler_missing',
        message: 'the Rego compiler that belongs to thothctl could not be loaded',
        exit: 'unexpected',
        fix: 'reinstall thothctl',
        cause,
      });
    });
  return loadingModule;
}

/**
 * The baseline compiler only: optimising 28 MB of code that runs for milliseconds costs seconds of both cores. The
 * choice is fixed when a module is made, so the flag is back before any other module, such as Cedar's, is compiled.
 */
function compileOnce(bytes: Uint8Array<ArrayBuffer>): WebAssembly.Module {
  setFlagsFromString('--liftoff-only');
  try {
    return new WebAssembly.Module(bytes);
  } finally {
    setFlagsFromString('--no-liftoff-only');
  }
}

/** Open Policy Agent's own parser, checker and WebAssembly back end, in this thread. Loads on first use (about 0.4 s). */
export class RegoCompiler {
  #exports: Exports | undefined;

  async load(): Promise<void> {
    this.#exports ??= await instantiate();
  }

  /** Findings on the source and, with `emit`, the compiled policy. Throws when the compiler itself fails. */
  async compile(source: string, emit: boolean): Promise<RegoReply> {
    return readReply(
      await this.#ask({
        op: 'compile',
        source,
        emit,
        rules: ENTRY_RULES,
        hostBuiltins: HOST_BUILTINS,
        refused: REFUSED_BUILTINS,
        inputSchema: INPUT_SCHEMA,
      }),
    );
  }

  async #ask(request: unknown): Promise<unknown> {
    const compiler = (this.#exports ??= await instantiate());
    try {
      const bytes = new TextEncoder().encode(JSON.stringify(request));
      const address = compiler.alloc(bytes.length);
      new Uint8Array(compiler.memory.buffer).set(bytes, address);
      const packed = BigInt.asUintN(64, compiler.handle(address, bytes.length));
      const [at, length] = [Number(packed >> 32n), Number(packed & 0xffff_ffffn)];
      const text = new TextDecoder().decode(new Uint8Array(compiler.memory.buffer, at, length));
      compiler.free(address);
      compiler.free(at);
      if (compiler.memory.buffer.byteLength > RENEW_AT_BYTES) this.#exports = undefined;
      return JSON.parse(text);
    } catch (cause) {
      // A trap leaves the instance in an unknown state.
      this.#exports = undefined;
      throw new ThothctlError({
        code: 'rego_compiler_failed',
        message: 'the Rego compiler gave up on this source',
        exit: 'usage',
        cause,
      });
    }
  }
}

async function instantiate(): Promise<Exports> {
  const module = await loadModule();
  const instance: { memory?: WebAssembly.Memory } = {};
  const wasi = hermeticWasi(() => instance.memory ?? missing('memory'));
  const { exports } = await WebAssembly.instantiate(module, { wasi_snapshot_preview1: wasi.imports });
  if (!(exports['memory'] instanceof WebAssembly.Memory)) return missing('memory');
  const memory = (instance.memory = exports['memory']);
  const initialize = exported(exports, '_initialize');
  const [alloc, free, handle] = ['thoth_alloc', 'thoth_free', 'thoth_handle'].map((name) =>
    exported(exports, name),
  );
  initialize();
  return {
    memory,
    alloc: (size) => Number(alloc?.(size)) >>> 0,
    free: (address) => void free?.(address),
    handle: (address, size) => {
      const packed: unknown = handle?.(address, size);
      return typeof packed === 'bigint' ? packed : missing('thoth_handle');
    },
  };
}

function exported(exports: WebAssembly.Exports, name: string): (...values: number[]) => unknown {
  const value = exports[name];
  return typeof value === 'function' ? (...values) => value(...values) : missing(name);
}

function missing(name: string): never {
  throw new ThothctlError({
    code: 'rego_compiler_damaged',
    message: `the Rego compiler lacks ${name}`,
    exit: 'unexpected',
    fix: 'reinstall thothctl',
  });
}
