/** The secret store of the operating system. Every method fails fast; the caller has somewhere else to go. */
export interface Keyring {
  /** False when there is none here, or it refused. */
  write(account: string, secret: string): Promise<boolean>;
  /** Undefined when it is gone or cannot be read. */
  read(account: string): Promise<string | undefined>;
  remove(account: string): Promise<void>;
}

const SERVICE = 'thothctl';
/** A locked keyring may wait for a dialog nobody sees. */
const PATIENCE_MS = 3000;

export const noKeyring: Keyring = {
  write: async () => false,
  read: async () => undefined,
  remove: async () => undefined,
};

/**
 * The real one. On Linux only the Secret Service counts: the kernel keyring, which the binding would silently fall
 * back to, forgets everything at reboot.
 */
export const systemKeyring: Keyring = {
  write: async (account, secret) => {
    const done = await within(async () => {
      const entry = await open(account);
      await entry.setPassword(secret);
      return (await entry.getPassword()) === secret;
    });
    return done === true;
  },
  read: (account) => within(async () => (await (await open(account)).getPassword()) ?? undefined),
  remove: async (account) => {
    await within(async () => (await open(account)).deletePassword());
  },
};

async function open(account: string) {
  const { AsyncEntry } = await import('@napi-rs/keyring');
  return new AsyncEntry(SERVICE, account, { linux: { store: 'secret-service' } });
}

async function within<T>(work: () => Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), PATIENCE_MS);
  });
  // No Secret Service, a locked one, a missing binding: all mean "not here".
  const result = await Promise.race([work().catch(() => undefined), limit]);
  clearTimeout(timer);
  return result;
}
