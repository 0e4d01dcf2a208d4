/** Made by the build from the files under `src/commands` and from package.json. */
declare module 'thothctl:commands' {
  /** Module of each command, evaluated on first use. */
  export const modules: Readonly<Record<string, () => unknown>>;
  /** Modules that the chunks of commands take from main, by path under `src`. */
  export const frame: Readonly<Record<string, () => unknown>>;
  /** Command ids and aliases to ids. */
  export const names: Readonly<Record<string, string>>;
  export const program: {
    readonly name: string;
    readonly version: string;
    readonly description: string;
    readonly oclif: { readonly bin: string; readonly topicSeparator: ' ' };
  };
}
