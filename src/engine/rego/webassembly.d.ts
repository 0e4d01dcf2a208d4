/** The part of the WebAssembly JavaScript API used here; Node's own types name only `Module`. */
declare namespace WebAssembly {
  type ImportValue = (...values: never[]) => number | void;
  type ModuleImports = Record<string, ImportValue>;
  type Exports = Readonly<Record<string, unknown>>;
  class Memory {
    constructor(descriptor: { readonly initial: number; readonly maximum?: number });
    readonly buffer: ArrayBuffer;
  }
  const Module: new (bytes: Uint8Array<ArrayBuffer>) => Module;
  class Instance {
    readonly exports: Exports;
  }
  function compile(bytes: Uint8Array<ArrayBuffer>): Promise<Module>;
  function instantiate(module: Module, imports: Readonly<Record<string, ModuleImports>>): Promise<Instance>;
}
